import NIOCore
import NIOWebSocket
import Testing

@testable import HTTPAPI

@Suite struct MessageAssemblerTests {
    private func frame(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], fin: Bool = true, masked: Bool = true
    ) -> WebSocketFrame {
        let key: WebSocketMaskingKey? = masked ? [1, 2, 3, 4] : nil
        var data = ByteBuffer(bytes: payload)
        if let key { data.webSocketMask(key) }
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: key, data: data)
    }

    private func code(_ frames: WebSocketFrame..., limit: Int = 10) -> UInt16? {
        var assembler = MessageAssembler(limit: limit)
        do throws(WebSocketClosing) {
            for frame in frames { _ = try assembler.take(frame) }
            return nil
        } catch {
            return error.code
        }
    }

    @Test func fragmentsBecomeOneMessageAndControlFramesMayComeBetween() throws {
        var assembler = MessageAssembler(limit: 10)
        let character = Array("é".utf8)
        #expect(try assembler.take(frame(.text, [character[0]], fin: false)) == nil)
        #expect(try assembler.take(frame(.ping, [7])) == .ping(ByteBuffer(bytes: [7])))
        #expect(try assembler.take(frame(.continuation, [], fin: false)) == nil)
        #expect(try assembler.take(frame(.continuation, [character[1]])) == .message(.text("é")))
        #expect(try assembler.take(frame(.binary, [0, 255])) == .message(.binary(ByteBuffer(bytes: [0, 255]))))
        #expect(try assembler.take(frame(.pong, [])) == .pong)
    }

    @Test func whatTheProtocolForbidsIsFound() {
        #expect(code(frame(.text, [65], masked: false)) == 1002)
        #expect(code(frame(.continuation, [])) == 1002)
        #expect(code(frame(.text, [], fin: false), frame(.binary, [])) == 1002)
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8] {
            #expect(code(frame(WebSocketOpcode(encodedWebSocketOpcode: opcode)!, [])) == 1002)
        }
        var reserved = frame(.text, [65])
        reserved.rsv1 = true
        #expect(code(reserved) == 1002)
        #expect(code(frame(.text, [0xC3])) == 1007)
        #expect(code(frame(.text, [65])) == nil)
    }

    @Test func aMessageHasALimitHoweverItIsCut() {
        let ten = [UInt8](repeating: 0, count: 10)
        #expect(code(frame(.binary, ten)) == nil)
        #expect(code(frame(.binary, ten + [0])) == 1009)
        #expect(code(frame(.binary, ten, fin: false), frame(.continuation, [0], fin: false)) == 1009)
    }

    @Test(
        arguments: [
            ([], nil as UInt16?, nil as UInt16?), ([3, 232], 1000, nil), ([3, 232, 0x6F, 0x6B], 1000, nil),
            ([0x0F, 0xA0], 4000, nil), ([3], nil, 1002), ([3, 231], nil, 1002), ([3, 236], nil, 1002),
            ([3, 237], nil, 1002), ([3, 238], nil, 1002), ([0x13, 0x88], nil, 1002), ([3, 232, 0xFF], nil, 1002),
        ] as [([UInt8], UInt16?, UInt16?)])
    func closeFramesAreChecked(_ payload: [UInt8], _ code: UInt16?, _ violation: UInt16?) {
        var assembler = MessageAssembler(limit: 10)
        do throws(WebSocketClosing) {
            #expect(try assembler.take(frame(.connectionClose, payload)) == .close(code))
            #expect(violation == nil)
        } catch {
            #expect(error.code == violation)
        }
    }

    @Test func aReasonFitsIntoItsFrame() {
        let closing = WebSocketClosing.policyViolation(String(repeating: "é", count: 200))
        #expect(closing.payload.readableBytes <= 125)
        #expect(
            String(buffer: closing.payload.getSlice(at: 2, length: closing.payload.readableBytes - 2)!).hasSuffix("é"))
    }
}
