// Programs to begin with, beside the sample that each language brings: `{ title, code, stdin, args }`.

const python = [
  {
    title: 'Read input and arguments',
    stdin: '3 1 4 1 5 9 2 6\n',
    args: ['--reverse'],
    code: `import sys

numbers = sorted(map(int, sys.stdin.read().split()), reverse="--reverse" in sys.argv)
print("sorted:", *numbers)
print("read", len(numbers), "numbers", file=sys.stderr)
`,
  },
  {
    title: 'Draw a picture',
    code: `import struct, zlib

W, H = 360, 240

def pixel(px, py):
    c = complex(px / W * 3 - 2.2, py / H * 2 - 1)
    z, n = 0, 0
    while abs(z) < 2 and n < 40:
        z, n = z * z + c, n + 1
    return (20, 24, 31) if n == 40 else (40 + n * 5, 60 + n * 3, 255 - n * 4)

rows = b"".join(b"\\0" + bytes(v for x in range(W) for v in pixel(x, y)) for y in range(H))

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

with open("mandelbrot.png", "wb") as png:
    png.write(b"\\x89PNG\\r\\n\\x1a\\n")
    png.write(chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 0)))
    png.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

print("Look under Files.")
`,
  },
  {
    title: 'Write line by line',
    code: `import time

for step in range(1, 11):
    bar = "█" * step + "░" * (10 - step)
    print(f"\\x1b[32m{bar}\\x1b[0m {step * 10} %")
    time.sleep(0.2)
`,
  },
  {
    title: 'An error, with its line',
    code: `def average(numbers):
    return sum(numbers) / len(numbers)


print(average([2, 4, 6]))
print(average([]))
`,
  },
  {
    title: 'Attack: fork bomb',
    code: `import os

while True:
    os.fork()
`,
  },
  {
    title: 'Attack: eat all memory',
    code: `hoard = []
while True:
    hoard.append(bytearray(1 << 20))
    if len(hoard) % 32 == 0:
        print(len(hoard), "MiB and counting")
`,
  },
  {
    title: 'Attack: read secrets, call home',
    code: `import socket

for path in ["/etc/shadow", "/root/.ssh/id_rsa", "/proc/1/environ", "/var/run/docker.sock"]:
    try:
        open(path).read()
        print("READ  ", path)
    except OSError as error:
        print("walled", path, "-", error.strerror)

for address in [("1.1.1.1", 80), ("169.254.169.254", 80)]:
    try:
        socket.create_connection(address, timeout=2)
        print("REACHED", *address)
    except OSError as error:
        print("walled", *address, "-", error.strerror or error)
`,
  },
];

const javascript = [
  {
    title: 'Read input',
    stdin: 'to be or not to be that is the question\n',
    code: `const words = require("fs").readFileSync(0, "utf8").trim().split(/\\s+/);
const count = new Map();
for (const word of words) count.set(word, (count.get(word) ?? 0) + 1);

for (const [word, times] of [...count].sort((a, b) => b[1] - a[1])) {
  console.log(word.padEnd(10), "#".repeat(times));
}
`,
  },
  {
    title: 'Write a file',
    code: `const fs = require("fs");

const bars = [3, 7, 4, 9, 5].map((value, index) =>
  \`<rect x="\${20 + index * 36}" y="\${110 - value * 10}" width="24" height="\${value * 10}" rx="4" fill="#1d4ed8"/>\`);
fs.writeFileSync("chart.svg",
  \`<svg xmlns="http://www.w3.org/2000/svg" width="220" height="130">\${bars.join("")}</svg>\`);
console.log("Look under Files.");
`,
  },
  {
    title: 'An error, with its line',
    code: `function area(shape) {\n  return shape.width * shape.height;\n}\n\nconsole.log(area({ width: 3, height: 4 }));\nconsole.log(area(undefined));\n`,
  },
  { title: 'Attack: endless loop', code: `console.log("spinning …");\nwhile (true);\n` },
];

const bash = [
  {
    title: 'Look around',
    code: `id\nuname -sr\necho "files in /:" /*\necho "processors: $(nproc)"\ngrep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status\n`,
  },
  { title: 'An error, with its line', code: `set -e\necho "before"\nfrobnicate --all\necho "never reached"\n` },
  { title: 'Attack: fork bomb', code: `bomb() {\n  bomb | bomb &\n}\nbomb\nwait\n` },
  { title: 'Attack: flood the output', code: `yes "the quick brown fox jumps over the lazy dog"\n` },
];

const cpp = [
  {
    title: 'Read input',
    stdin: '7\n',
    code: `#include <iostream>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<unsigned long> row{1};
    for (int line = 0; line < n; ++line) {
        for (auto value : row) std::cout << value << ' ';
        std::cout << '\\n';
        std::vector<unsigned long> next(row.size() + 1, 1);
        for (std::size_t i = 1; i < row.size(); ++i) next[i] = row[i - 1] + row[i];
        row = next;
    }
}
`,
  },
  {
    title: 'A compile error',
    code: `#include <string>\n\nint main() {\n    std::string name = 42;\n    return nmae.size();\n}\n`,
  },
  {
    title: 'A crash',
    code: `#include <cstdio>\n\nint main() {\n    std::puts("about to crash");\n    std::fflush(stdout);\n    volatile int *nowhere = nullptr;\n    *nowhere = 1;\n}\n`,
  },
  { title: 'Attack: fork bomb', code: `#include <unistd.h>\n\nint main() {\n    for (;;) fork();\n}\n` },
];

const rust = [
  {
    title: 'Read input',
    stdin: '10 20 30\n',
    code: `use std::io::Read;\n\nfn main() {\n    let mut text = String::new();\n    std::io::stdin().read_to_string(&mut text).unwrap();\n    let numbers: Vec<i64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();\n    println!("sum {} of {:?}", numbers.iter().sum::<i64>(), numbers);\n}\n`,
  },
  {
    title: 'A compile error',
    code: `fn main() {\n    let greeting = String::from("hello");\n    let moved = greeting;\n    println!("{greeting} {moved}");\n}\n`,
  },
  {
    title: 'A panic, with its line',
    code: `fn main() {\n    let values: Vec<u32> = Vec::new();\n    println!("first: {}", values[0]);\n}\n`,
  },
];

const examples = { python, javascript, bash, cpp, rust };

/** The examples of a language as `GET /languages` describes it. */
export function examplesOf({ name, sample }) {
  return [{ title: 'First steps', code: sample }, ...(examples[name] ?? [])];
}
