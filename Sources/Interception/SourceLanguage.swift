/// A language that the analyser reads.
package enum SourceLanguage: String, CaseIterable, Hashable, Sendable {
    case python
    case javascript
    case bash
    case cpp
    case rust
}
