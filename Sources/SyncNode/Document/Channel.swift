/// 渠道: the way by which somebody came, as commands and figures carry it.
package enum Channel {
    private static let names = [
        "window": "窗口", "online": "网上", "hotline": "热线", "phone": "电话", "paper": "纸面",
        "village": "村帮办", "visit": "上门", "app": "移动端", "machine": "自助机", "post": "邮寄",
    ]

    /// Its Chinese name; what is none of the known codes a person wrote, and stays as it is.
    package static func name(_ code: String) -> String { names[code] ?? code }
}
