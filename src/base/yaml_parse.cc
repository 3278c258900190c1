// Reading of YAML text. This is the only file that sees yaml-cpp; of it only the event parser is
// used, because its node tree loses whether a scalar stood in quotes and expands aliases unbounded.
#include "base/utf8.h"
#include "base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace xos {
namespace {

constexpr std::size_t kMaxBytes = 4 << 20;
constexpr std::size_t kMaxNodes = 200'000;
constexpr std::size_t kMaxDepth = 64;

Yaml::Place place_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1};
}

Error error_at(Yaml::Place place, ErrorCode code, std::string_view message) {
    return {code, std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
                      std::string(message)};
}

/// Whether a plain scalar with this tag may still be a truth value or number.
bool is_plain_tag(const std::string& tag) {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?")
        return true;
    if (!tag.starts_with(kCore))
        return false;
    const std::string_view name = std::string_view(tag).substr(kCore.size());
    return name == "int" || name == "float" || name == "bool";
}

}  // namespace

/// Makes nodes of yaml-cpp's events. The first error is kept and everything after it ignored, since
/// the parser cannot be told to stop.
class YamlBuilder final : public YAML::EventHandler {
public:
    /// Where keys given twice are told; nullptr: they are an error.
    explicit YamlBuilder(std::vector<Yaml::Twin>* twins) : twins_(twins) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1)
            fail(ErrorCode::Malformed, place_of(mark), "only one document is wanted");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

    bool has_failed() const { return error_.has_value(); }
    Result<Yaml> finish();
    /// What the parser's message means, with a place where something can be mended.
    Error explain(const YAML::Exception& error) const;

private:
    /// A node with what it adds to the limits.
    struct Measured {
        Yaml node;
        std::size_t nodes = 1;
        std::size_t height = 0;
    };

    /// A sequence or mapping whose end has not come.
    struct Open {
        Measured whole;
        YAML::anchor_t anchor;
        /// In a mapping, between key and value.
        bool has_key = false;
    };

    void open(Yaml::Kind kind, Yaml::Place place, const std::string& tag, YAML::anchor_t anchor);
    void close();
    /// Puts a finished node where it belongs.
    void place(Measured child, YAML::anchor_t anchor);
    void place_key(Open& mapping, const Yaml& key);

    void merge(Yaml& mapping);
    void merge_from(Yaml& mapping, const Yaml& source);
    void find_twins(const Yaml& mapping);

    void count(std::size_t nodes, Yaml::Place place);
    void fail(ErrorCode code, Yaml::Place place, std::string_view message);

    std::vector<Yaml::Twin>* const twins_;
    std::optional<Error> error_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Measured> anchors_;
    Yaml root_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (error_)
        return;
    Measured null;
    null.node.place_ = place_of(mark);
    count(1, null.node.place_);
    place(std::move(null), anchor);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (error_)
        return;
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end())
        return fail(ErrorCode::Malformed, place_of(mark), "an alias stands within what it names");
    count(named->second.nodes, place_of(mark));
    if (open_.size() + named->second.height > kMaxDepth)
        fail(ErrorCode::TooLarge, place_of(mark), "nested deeper than 64");
    if (error_)
        return;
    Measured copy = named->second;
    copy.node.place_ = place_of(mark);
    place(std::move(copy), 0);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
    if (error_)
        return;
    Measured scalar;
    scalar.node.kind_ = Yaml::Kind::Scalar;
    scalar.node.place_ = place_of(mark);
    scalar.node.scalar_ = value;
    scalar.node.quoted_ = !is_plain_tag(tag);
    if (tag != "?" && tag != "!")
        scalar.node.tag_ = tag;
    count(1, scalar.node.place_);
    place(std::move(scalar), anchor);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
    open(Yaml::Kind::Sequence, place_of(mark), tag, anchor);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
    open(Yaml::Kind::Mapping, place_of(mark), tag, anchor);
}

void YamlBuilder::open(Yaml::Kind kind, Yaml::Place place, const std::string& tag,
                       YAML::anchor_t anchor) {
    if (error_)
        return;
    count(1, place);
    if (open_.size() == kMaxDepth)
        fail(ErrorCode::TooLarge, place, "nested deeper than 64");
    Open opened{.whole = {}, .anchor = anchor};
    opened.whole.node.kind_ = kind;
    opened.whole.node.place_ = place;
    opened.whole.height = 1;
    if (tag != "?" && tag != "!")
        opened.whole.node.tag_ = tag;
    open_.push_back(std::move(opened));
}

void YamlBuilder::close() {
    if (error_)
        return;
    Open closed = std::move(open_.back());
    open_.pop_back();
    if (closed.whole.node.is_mapping()) {
        find_twins(closed.whole.node);
        merge(closed.whole.node);
    }
    if (!error_)
        place(std::move(closed.whole), closed.anchor);
}

void YamlBuilder::place(Measured child, YAML::anchor_t anchor) {
    if (anchor != 0) {
        count(child.nodes, child.node.place());
        if (error_)
            return;
        anchors_.insert_or_assign(anchor, child);
    }
    if (open_.empty()) {
        root_ = std::move(child.node);
        return;
    }
    Open& parent = open_.back();
    parent.whole.nodes += child.nodes;
    parent.whole.height = std::max(parent.whole.height, child.height + 1);
    if (parent.whole.node.is_sequence()) {
        parent.whole.node.items_.push_back(std::move(child.node));
    } else if (parent.has_key) {
        const Yaml::Place key = parent.whole.node.members_.back().key_place;
        // The parser puts an empty value where the next token is.
        if (child.node.is_null() && child.node.place_.line != key.line)
            child.node.place_ = key;
        parent.whole.node.members_.back().value = std::move(child.node);
        parent.has_key = false;
    } else {
        place_key(parent, child.node);
    }
}

void YamlBuilder::place_key(Open& mapping, const Yaml& key) {
    if (!key.is_scalar())
        return fail(ErrorCode::Malformed, key.place(), "a key must be text");
    mapping.whole.node.members_.push_back({key.scalar(), key.place(), {}});
    mapping.has_key = true;
}

void YamlBuilder::find_twins(const Yaml& mapping) {
    std::vector<const Yaml::Member*> sorted;
    for (const Yaml::Member& member : mapping.members())
        sorted.push_back(&member);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->key < b->key; });
    const Yaml::Member* first = nullptr;
    for (const Yaml::Member* member : sorted) {
        if (!first || first->key != member->key)
            first = member;
        else if (twins_)
            twins_->push_back({member->key, first->key_place, member->key_place});
        else
            fail(ErrorCode::Malformed, member->key_place, "\"" + member->key + "\" is given twice");
    }
}

void YamlBuilder::merge(Yaml& mapping) {
    const auto merged = std::find_if(mapping.members_.begin(), mapping.members_.end(),
                                     [](const Yaml::Member& m) { return m.key == "<<"; });
    if (error_ || merged == mapping.members_.end())
        return;
    const Yaml source = std::move(merged->value);
    mapping.members_.erase(merged);
    if (!source.is_sequence())
        return merge_from(mapping, source);
    for (const Yaml& item : source.items())
        merge_from(mapping, item);
}

void YamlBuilder::merge_from(Yaml& mapping, const Yaml& source) {
    if (!source.is_mapping())
        return fail(ErrorCode::Malformed, source.place(), "only mappings can be merged");
    for (const Yaml::Member& member : source.members()) {
        if (!mapping.find(member.key))
            mapping.members_.push_back(member);
    }
}

void YamlBuilder::count(std::size_t nodes, Yaml::Place place) {
    nodes_ += nodes;
    if (nodes_ > kMaxNodes)
        fail(ErrorCode::TooLarge, place, "more than 200000 nodes");
}

void YamlBuilder::fail(ErrorCode code, Yaml::Place place, std::string_view message) {
    if (!error_)
        error_ = error_at(place, code, message);
}

Result<Yaml> YamlBuilder::finish() {
    if (error_)
        return *error_;
    return std::move(root_);
}

Error YamlBuilder::explain(const YAML::Exception& error) const {
    namespace Said = YAML::ErrorMsg;
    const auto inner = open_.empty() ? place_of(error.mark) : open_.back().whole.node.place();
    if (error.msg == Said::END_OF_SEQ_FLOW)
        return error_at(inner, ErrorCode::Malformed, "the list that opens here lacks its \"]\"");
    if (error.msg == Said::END_OF_MAP_FLOW)
        return error_at(inner, ErrorCode::Malformed, "the mapping that opens here lacks its \"}\"");
    if (error.msg == Said::MAP_VALUE)
        return error_at(place_of(error.mark), ErrorCode::Malformed,
                        "a value cannot begin here: text with \": \" in it wants quotes");
    return error_at(place_of(error.mark), ErrorCode::Malformed, error.msg);
}

namespace {

/// The first line at or beside `place` that is indented with tabs.
std::optional<Yaml::Place> find_tab(std::string_view text, int line) {
    int number = 0;
    while (!text.empty() && ++number <= line + 1) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::size_t begin = text.substr(0, end).find_first_not_of(' ');
        if (number >= line - 1 && begin < end && text[begin] == '\t')
            return Yaml::Place{number, static_cast<int>(begin) + 1};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

Result<Yaml> parse_yaml(std::string_view text, YamlBuilder builder) {
    if (text.size() > kMaxBytes)
        return Error{ErrorCode::TooLarge, "the YAML text is longer than 4 MiB"};
    if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
        const std::string_view before = text.substr(0, bad);
        const auto lines = std::count(before.begin(), before.end(), '\n');
        const std::size_t column = bad - (before.rfind('\n') + 1) + 1;
        return error_at({static_cast<int>(lines) + 1, static_cast<int>(column)},
                        ErrorCode::Malformed, "invalid UTF-8");
    }
    std::istringstream source{std::string(text)};
    try {
        YAML::Parser parser(source);
        // yaml-cpp makes endless empty documents of some stray tokens.
        while (!builder.has_failed() && parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        // What is wrong with our own limits came first.
        if (builder.has_failed())
            return builder.finish();
        if (const auto tab = find_tab(text, error.mark.line + 1))
            return error_at(*tab, ErrorCode::Malformed, "tabs cannot indent YAML: use spaces");
        return builder.explain(error);
    }
    return builder.finish();
}

}  // namespace

Result<Yaml> Yaml::parse(std::string_view text) {
    return parse_yaml(text, YamlBuilder(nullptr));
}

Result<Yaml> Yaml::parse(std::string_view text, std::vector<Twin>& twins) {
    return parse_yaml(text, YamlBuilder(&twins));
}

}  // namespace xos
