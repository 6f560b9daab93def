import Yams

/// Turns the text of a file into YAML's nodes, and the YAML library's errors into ours.
enum YAMLRoot {
    static func node(of text: String, file: String) throws(YAMLFileError) -> Node {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw YAMLFileError(file: file, problem: "is empty")
            }
            return node
        } catch let error as YAMLFileError {
            throw error
        } catch {
            throw syntaxError(error, file: file)
        }
    }

    private static func syntaxError(_ error: any Error, file: String) -> YAMLFileError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            YAMLFileError(file: file, line: mark.line, problem: "is not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            YAMLFileError(
                file: file, line: context.mark.line, key: duplicates.first, problem: "is there more than once")
        default:
            YAMLFileError(file: file, problem: "is not YAML: \(error)")
        }
    }
}
