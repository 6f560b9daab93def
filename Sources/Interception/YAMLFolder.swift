import Foundation
import StrictYAML

/// The YAML files of a folder: of the resources that are shipped, or of the operator.
enum YAMLFolder {
    /// Name and text of a file, as messages and readers want them.
    typealias File = (name: String, text: String)

    /// The files of a folder of this module's resources, by their file names.
    static func shipped(_ name: String) throws(YAMLFileError) -> [File] {
        let folder = Bundle.module.resourceURL?.appending(path: name).path ?? name
        return try files(in: folder).map { (name: String($0.name.dropFirst(folder.utf8.count + 1)), text: $0.text) }
    }

    /// The `.yaml` and `.yml` files of a folder in the order of their names, by their paths; none without a folder.
    static func files(in folder: String?) throws(YAMLFileError) -> [File] {
        guard let folder else { return [] }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            return try names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { name in
                let path = "\(folder)/\(name)"
                return (name: path, text: try String(contentsOfFile: path, encoding: .utf8))
            }
        } catch {
            throw YAMLFileError(file: folder, problem: "cannot be read: \(error.localizedDescription)")
        }
    }
}
