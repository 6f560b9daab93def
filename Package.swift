// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// What a sanitizer adds cannot be linked statically (make test-asan).
let isSanitized = Context.environment["SANITIZER"] != nil

// The launcher runs between clone and exec, where no runtime may be alive: Embedded Swift, one static file.
let embedded: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(["-wmo"]),
    .treatAllWarnings(as: .error),
]

// Other people's C, fetched by scripts/parsers into Vendor/ and included from there: its warnings are not ours.
let vendored: [CSetting] = [
    .unsafeFlags(["-w"]),
    // Nobody looks for errors in it, and tests that parse much would take minutes without.
    .unsafeFlags(["-O2"], .when(configuration: .debug)),
    .define("_DEFAULT_SOURCE"),
    .define("_POSIX_C_SOURCE", to: "200112L"),
]
let grammars = ["Python", "JavaScript", "Bash", "Cpp", "Rust"].map { "CTreeSitter\($0)" }

let package = Package(
    name: "sandmartin",
    products: [
        .executable(name: "sandmartin", targets: ["sandmartin"]),
        .executable(name: "sandmartin-launcher", targets: ["sandmartin-launcher"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "sandmartin-launcher", dependencies: ["CLinux"],
            swiftSettings: embedded,
            linkerSettings: isSanitized
                ? []
                : [
                    .unsafeFlags(["-Xclang-linker", "-static"]),
                    .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
                ]),
        .target(name: "LinuxKernel", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "Isolation", dependencies: ["LinuxKernel", "CLinux"], swiftSettings: strict),
        .target(
            name: "CTreeSitter",
            cSettings: vendored + [.headerSearchPath("../../Vendor/tree-sitter/core/include")]),
        .target(
            name: "StrictYAML", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: strict),
        .target(
            name: "Interception",
            dependencies: ["CTreeSitter", "StrictYAML"] + grammars.map { .init(stringLiteral: $0) },
            resources: [.copy("Resources/rules"), .copy("Resources/policies")], swiftSettings: strict),
        .target(
            name: "Languages",
            dependencies: ["Isolation", "LinuxKernel", "StrictYAML"],
            resources: [.copy("Resources/languages")], swiftSettings: strict),
        .target(
            name: "Sessions",
            dependencies: [
                "Interception", "Isolation", "Languages", "LinuxKernel", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "Sessions", "Isolation", "LinuxKernel", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "Sessions", "Interception", "Isolation", "Languages", "LinuxKernel", "CZlib",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Docs/openapi.yaml"), .copy("Public")], swiftSettings: strict),
        .executableTarget(
            name: "sandmartin",
            dependencies: [
                "HTTPAPI", "Sessions", "Storage", "Languages", "Interception", "StrictYAML", "Isolation",
                "LinuxKernel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IsolationTests", dependencies: ["Isolation", "LinuxKernel", "CLinux"],
            swiftSettings: strict),
        .testTarget(
            name: "LinuxKernelTests", dependencies: ["LinuxKernel", "Isolation", "CLinux"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "sandmartin", "CLinux",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LanguagesTests", dependencies: ["Languages", "StrictYAML", "Isolation"], swiftSettings: strict),
        .testTarget(
            name: "InterceptionTests", dependencies: ["Interception", "StrictYAML"], swiftSettings: strict),
        .testTarget(
            name: "SessionsTests",
            dependencies: [
                "Sessions", "Interception", "Languages", "Isolation", "LinuxKernel",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "Sessions", "Isolation", "LinuxKernel"],
            swiftSettings: strict),
        .testTarget(
            name: "SandmartinTests",
            dependencies: [
                "sandmartin", "HTTPAPI", "Interception", "Isolation", "Languages", "Sessions", "StrictYAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "HTTPAPI", "Interception", "LinuxKernel",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
    ] + grammars.map { .target(name: $0, cSettings: vendored) },
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
