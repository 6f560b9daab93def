/// Bytes of both streams in the order of arrival, and for each which stream it came from.
///
/// At most a few bytes of memory for each byte kept, however small and mixed the writes are: a program chooses those.
struct OutputRecording {
    private var bytes: [UInt8] = []
    /// Bytes at the front that are removed but still in the array.
    private var start = 0
    /// Lengths of stretches of one stream: above zero of standard output, below of standard error.
    private var runs: [Int32] = []
    /// Elements at the front of `runs` that are removed but still in the array.
    private var firstRun = 0

    var count: Int { bytes.count - start }

    /// Memory in use, without what the arrays hold in reserve.
    var heldBytes: Int { bytes.count + runs.count * MemoryLayout<Int32>.stride }

    mutating func append(_ stream: OutputStream, _ new: ArraySlice<UInt8>) {
        bytes += new
        let sign: Int32 = stream == .standardOutput ? 1 : -1
        var rest = new.count
        if firstRun < runs.count, let last = runs.last, last.signum() == sign {
            let joined = min(rest, Int(Int32.max) - Int(last.magnitude))
            runs[runs.count - 1] += sign * Int32(joined)
            rest -= joined
        }
        while rest > 0 {
            let length = min(rest, Int(Int32.max))
            runs.append(sign * Int32(length))
            rest -= length
        }
    }

    /// The arrays move once more than half of them is removed: each byte costs the same, whatever the size of the writes.
    mutating func removeFirst(_ count: Int) {
        start += count
        var rest = count
        while rest > 0 {
            let length = Int(runs[firstRun].magnitude)
            if length <= rest {
                firstRun += 1
                rest -= length
            } else {
                runs[firstRun] -= runs[firstRun].signum() * Int32(rest)
                rest = 0
            }
        }
        if start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        if firstRun > runs.count / 2 {
            runs.removeFirst(firstRun)
            firstRun = 0
        }
    }

    /// Everything that is still there, together and by stream.
    var output: CapturedOutput {
        var output = CapturedOutput()
        output.combined = Array(bytes[start...])
        var position = start
        for run in runs[firstRun...] {
            let stretch = bytes[position..<position + Int(run.magnitude)]
            if run > 0 { output.standardOutput += stretch } else { output.standardError += stretch }
            position += Int(run.magnitude)
        }
        return output
    }
}
