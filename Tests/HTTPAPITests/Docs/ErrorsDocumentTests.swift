import Foundation
import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite struct ErrorsDocumentTests {
    private struct Secret: Error {
        let text = "/root/.ssh"
    }

    @Test func anUnforeseenErrorSaysNothingOfItself() {
        let told = APIError(telling: Secret())
        #expect(told.code == .internal)
        #expect(told.field == nil)
        #expect(!told.message.contains("Secret") && !told.message.contains("ssh"))
    }

    /// `| code | status |` of every row in `docs/errors.md`.
    private func rows() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/errors.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return "\(cells[0]) \(cells[1])"
        }
    }

    @Test func everyErrorIsDocumentedAndEveryDocumentedErrorExists() throws {
        #expect(try rows() == ErrorCode.allCases.map { "`\($0.rawValue)` \($0.status.code)" })
    }
}
