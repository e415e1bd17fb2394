import Base
import Civil

extension Element {
    static func isDate(_ text: String) -> Bool { CivilDate(text) != nil }

    /// 12 digits whose zeros say a level, of a province that there is.
    static func isDivision(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 12, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        let province = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
        return DivisionCode.provinces.contains(province)
    }

    static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            }
    }
}
