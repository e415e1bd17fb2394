internal import Glibc

/// Why a socket could not be had. Each case asks something else of the operator.
package enum NetworkError: Error, Hashable, Sendable {
    /// The address is already listened on: choose another port or stop the other process.
    case portInUse(String)
    /// The system forbids it: ports below 1024 need a right.
    case notPermitted(String)
    /// The text is no address and port, or no interface here has the address.
    case badAddress(String)
    /// The process or the system is out of descriptors, threads or memory.
    case exhausted(call: String, code: Int32)
    /// The certificate, the key or the authority cannot be used.
    case badIdentity(String)
    /// Anything else, with the call that failed.
    case system(call: String, code: Int32)

    /// The error of the call that has just failed.
    static func last(_ call: String, address: String) -> NetworkError {
        switch errno {
        case EADDRINUSE: .portInUse(address)
        case EACCES, EPERM: .notPermitted(address)
        case EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL: .badAddress(address)
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EAGAIN: .exhausted(call: call, code: errno)
        default: .system(call: call, code: errno)
        }
    }

    /// What happened and what to do about it: one sentence in Chinese and one in English.
    package var advice: (chinese: String, english: String) {
        switch self {
        case .portInUse(let address):
            (
                "\(address) 已被占用，请换一个端口或停掉占用它的进程。",
                "\(address) is in use: choose another port or stop the process that has it."
            )
        case .notPermitted(let address):
            (
                "没有权限监听 \(address)，请用 1024 以上的端口或授予权限。",
                "Listening on \(address) is not permitted: use a port above 1023."
            )
        case .badAddress(let address):
            (
                "\(address) 不是本机可用的 地址:端口。",
                "\(address) is not an ADDRESS:PORT of this machine."
            )
        case .exhausted(let call, let code):
            (
                "系统资源不足（\(call)，错误码 \(code)），请提高进程的句柄或内存上限。",
                "The system ran out (\(call), error \(code)): raise the process's limits."
            )
        case .badIdentity(let what):
            (
                "证书或私钥不可用：\(what)。",
                "The certificate or key cannot be used: \(what)."
            )
        case .system(let call, let code):
            (
                "系统调用 \(call) 失败，错误码 \(code)。",
                "The system call \(call) failed with error \(code)."
            )
        }
    }
}
