print("node")
