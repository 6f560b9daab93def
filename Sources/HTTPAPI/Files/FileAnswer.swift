import HTTPTypes
import Hummingbird
import LinuxKernel
import NIOCore
import Sessions

/// The answer that sends a file, or a part of it.
struct FileAnswer {
    let path: FilePath
    let file: OpenFile
    let files: WorkspaceFiles
    let slot: TransferSlots.Slot

    /// Bytes in one write; the next are read meanwhile.
    static let chunk = 512 << 10

    /// The file became shorter while it was sent: the connection ends, because the length was promised.
    private struct Shorter: Error {}

    func response(to headers: HTTPFields) throws -> Response {
        let tag = EntityTag(file.status)
        let conditions = try FileConditions(headers)
        guard conditions.match?.contains(tag) != false else {
            throw APIError(.preconditionFailed, "The file is not, or no longer, the one that If-Match names.")
        }
        var answer = Self.headers(name: path.name)
        answer[.eTag] = tag.header
        answer[.acceptRanges] = "bytes"
        answer[.contentType] = "application/octet-stream"
        let size = file.status.size
        if conditions.noneMatch?.contains(tag) == true {
            // Of the answer that this one stands for; it has no body itself.
            answer[.contentLength] = String(size)
            return Response(status: .notModified, headers: answer)
        }
        switch ByteRange(headers, size: size, tag: tag) {
        case .all: return Response(status: .ok, headers: answer, body: body(0..<size))
        case .part(let range):
            answer[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: answer, body: body(range))
        case .unsatisfiable:
            throw APIError(
                .rangeNotSatisfiable, "The file has \(size) bytes, and the range begins after them.",
                headers: [.contentRange: "bytes */\(size)"])
        }
    }

    private func body(_ range: Range<Int>) -> ResponseBody {
        ResponseBody(contentLength: range.count) { [file, files, slot] writer in
            // Held until the last byte is written.
            _ = slot
            var written = range.lowerBound
            var bytes = try await files.read(file, at: written, count: min(Self.chunk, range.count))
            while !bytes.isEmpty {
                let end = written + bytes.count
                async let next = files.read(file, at: end, count: min(Self.chunk, range.upperBound - end))
                try await writer.write(ByteBuffer(bytes: bytes))
                bytes = try await next
                written = end
            }
            guard written == range.upperBound else { throw Shorter() }
            try await writer.finish(nil)
        }
    }

    /// What a browser does with bytes that a program made: it saves them, and neither guesses what they are nor runs them.
    static func headers(name: [UInt8]) -> HTTPFields {
        [
            .contentDisposition: ContentDisposition.attachment(name), .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "sandbox; default-src 'none'", .crossOriginResourcePolicy: "same-origin",
            .cacheControl: "private, no-cache",
        ]
    }
}

/// RFC 6266: a name in ASCII for everybody, and the name itself for those who can.
enum ContentDisposition {
    static func attachment(_ name: [UInt8]) -> String {
        let text = String(decoding: name, as: UTF8.self)
        let plain = text.unicodeScalars.map { isPlain($0) ? Character($0) : "_" }
        let exact = text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain(Unicode.Scalar(byte)) && byte < 0x80
                ? String(Unicode.Scalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }
        return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(exact.joined())"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}
