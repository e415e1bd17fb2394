internal import Glibc
package import Kernel

extension JournalError {
    /// The error of a failed system call, by its `errno`; the text is for people.
    package static func system(_ number: Int32, doing action: String) -> JournalError {
        let text = "\(action): \(String(cString: strerror(number)))"
        switch number {
        case ENOSPC, EDQUOT, EFBIG: return .full
        case EROFS, EACCES, EPERM, EWOULDBLOCK: return .locked(text)
        default: return .failed(text)
        }
    }
}
