/// Classic BPF as net/core/filter.c and kernel/seccomp.c run it: an oracle that reads the encoded program only.
struct BPFMachine {
    enum Fault: Error, Equatable {
        case unknownInstruction(UInt16)
        case ranOffTheEnd
        case badOffset(UInt32)
    }

    let program: [UInt64]

    /// The filter's return value and how many instructions it took.
    func run(number: UInt32, architecture: UInt32, arguments: [UInt64] = []) throws -> (value: UInt32, steps: Int) {
        let arguments = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
        // struct seccomp_data as 32-bit words: number, architecture, instruction pointer (2), then low and high halves
        var data: [UInt32] = [number, architecture, 0x1234, 0x5678]
        for argument in arguments { data += [UInt32(truncatingIfNeeded: argument), UInt32(argument >> 32)] }
        var accumulator: UInt32 = 0
        var position = 0
        var steps = 0
        while position < program.count {
            let word = program[position]
            let operand = UInt32(word >> 32)
            position += 1
            steps += 1
            func jump(_ condition: Bool) -> Int { position + Int(condition ? word >> 16 & 0xFF : word >> 24 & 0xFF) }
            switch UInt16(truncatingIfNeeded: word) {
            case 0x20:
                guard operand % 4 == 0, Int(operand / 4) < data.count else { throw Fault.badOffset(operand) }
                accumulator = data[Int(operand / 4)]
            case 0x54: accumulator &= operand
            case 0x05: position += Int(operand)
            case 0x15: position = jump(accumulator == operand)
            case 0x25: position = jump(accumulator > operand)
            case 0x35: position = jump(accumulator >= operand)
            case 0x45: position = jump(accumulator & operand != 0)
            case 0x06: return (operand, steps)
            case let code: throw Fault.unknownInstruction(code)
            }
        }
        throw Fault.ranOffTheEnd
    }
}
