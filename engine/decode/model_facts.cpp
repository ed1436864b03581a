#include "engine/decode/model_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "engine/decode/pair_check.h"
#include "engine/text/utf8.h"

namespace specula {

namespace {

constexpr int kFirstIds = 20;
constexpr int kShownSpecial = 12;
constexpr std::size_t kMaxPiece = 60;

std::string shown(double value) {
    std::array<char, 32> text{};
    const bool whole = std::abs(value) < 1e15 && value == std::trunc(value);
    std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.6g", value);
    return text.data();
}

std::string shown(int value) {
    return std::to_string(value);
}

std::string plural(int count, const std::string& thing) {
    return shown(count) + " " + thing + (count == 1 ? "" : "s");
}

// "all layers", "1 of 3 layers".
std::string layersText(int count, int all) {
    return count == all ? "all layers" : shown(count) + " of " + plural(all, "layer");
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
    return text;
}

class Facts {
public:
    explicit Facts(const ModelConfig& config) : c(config) {}

    void add(const char* name, std::string text) {
        if (!text.empty()) m_lines.push_back({name, std::move(text)});
    }

    std::string attention() const;
    std::string attentionScale() const;
    std::string qkNorm() const;
    std::string norm() const;
    std::string mlp() const;
    std::string positions() const;
    std::string windows() const;
    std::string biases() const;
    std::string softCaps() const;
    std::string embedding(const Checkpoint& checkpoint) const;

    std::vector<NamedText> take() { return std::move(m_lines); }

private:
    std::string ropeText(const Rope& rope) const;

    const ModelConfig& c;
    std::vector<NamedText> m_lines;
};

std::string Facts::attention() const {
    std::string text = plural(c.heads, "head") + " of " + shown(c.headDim);
    if (c.kvHeads == c.heads) return text + ", each with its own keys and values";
    if (c.kvHeads == 1) return text + ", all with the same keys and values";
    return text + ", " + shown(c.kvHeads) + " of keys and values (one for " + shown(c.heads / c.kvHeads) +
           ")";
}

std::string Facts::attentionScale() const {
    std::vector<std::string> parts;
    const double usual = 1.0 / std::sqrt(static_cast<double>(c.headDim));
    if (std::abs(c.attentionScale - usual) > 1e-9)
        parts.push_back("1/sqrt(" + shown(std::round(1e6 / (c.attentionScale * c.attentionScale)) / 1e6) +
                        ") instead of 1/sqrt(" + shown(c.headDim) + ")");
    if (c.attentionScaleByLayer) parts.emplace_back("divided by the layer's number");
    return joined(parts, ", ");
}

std::string Facts::qkNorm() const {
    if (c.qkNorm == QkNorm::Head) return "each head's query and key is normalised by itself";
    if (c.qkNorm == QkNorm::Whole) return "all queries are normalised together, and all keys";
    return {};
}

std::string Facts::norm() const {
    std::string text = c.norm == NormKind::Rms ? "RMS" : "layer norm";
    switch (c.normPlace) {
        case NormPlace::Before:
            text += " before attention and MLP";
            break;
        case NormPlace::After:
            text += " after attention and MLP";
            break;
        case NormPlace::Around:
            text += " before and after attention and MLP";
            break;
        case NormPlace::AfterSum:
            text += " after each sum with the residual";
            break;
    }
    text += ", epsilon " + shown(c.normEps);
    if (c.normOffset != 0.0) text += ", stored weights + " + shown(c.normOffset);
    return c.finalNorm ? text : text + ", none at the end";
}

std::string Facts::mlp() const {
    std::string activation;
    switch (c.activation) {
        case Activation::Silu:
            activation = "SiLU";
            break;
        case Activation::Relu:
            activation = "ReLU";
            break;
        case Activation::Gelu:
            activation = "GELU";
            break;
        case Activation::GeluTanh:
            activation = "GELU (tanh form)";
            break;
    }
    return std::string(c.gatedMlp ? "gated" : "plain") + ", " + activation + ", " + shown(c.ffn) + " wide";
}

std::string Facts::ropeText(const Rope& rope) const {
    std::string text = "base " + shown(rope.theta);
    const RopeScaling& scaling = rope.scaling;
    switch (scaling.kind) {
        case RopeScaling::Kind::None:
            break;
        case RopeScaling::Kind::Linear:
            text += ", stretched by " + shown(scaling.factor) + " (linear)";
            break;
        case RopeScaling::Kind::Llama3:
            text += ", stretched by " + shown(scaling.factor) + " beyond " + shown(scaling.originalContext) +
                    " tokens (llama3)";
            break;
        case RopeScaling::Kind::LongRope:
            text += ", stretched beyond " + shown(scaling.originalContext) + " tokens (longrope)";
            break;
    }
    return text;
}

std::string Facts::positions() const {
    if (c.learnedPositions) {
        std::string text = "a learned table of " + plural(c.maxContext, "position");
        if (c.positionOffset > 0) text += ", after " + plural(c.positionOffset, "unused row");
        return text;
    }
    std::map<int, int> layersOf;  // of each rope
    for (const LayerKind& kind : c.layerKinds) ++layersOf[kind.rope];
    const int without = layersOf.contains(LayerKind::kNoRope) ? layersOf[LayerKind::kNoRope] : 0;
    layersOf.erase(LayerKind::kNoRope);
    std::vector<std::string> parts;
    for (const auto& [rope, count] : layersOf) {
        std::string text = ropeText(c.ropes[static_cast<std::size_t>(rope)]);
        if (layersOf.size() > 1) text += " in " + layersText(count, c.layers);
        parts.push_back(std::move(text));
    }
    if (parts.empty()) return "none";
    std::string text = "rotary: " + joined(parts, "; ");
    if (c.rotaryDim != c.headDim)
        text += "; the first " + shown(c.rotaryDim) + " of each head's " + shown(c.headDim) + " values";
    if (without > 0) text += "; none in " + layersText(without, c.layers);
    return text;
}

std::string Facts::windows() const {
    std::map<int, int> layersOf;  // of each window
    for (const LayerKind& kind : c.layerKinds) ++layersOf[kind.window];
    const bool someSeeAll = layersOf.erase(0) > 0;
    std::vector<std::string> parts;
    for (const auto& [window, count] : layersOf)
        parts.push_back(layersText(count, c.layers) + " see " + plural(window, "token"));
    if (parts.empty()) return {};
    return joined(parts, ", ") + (someSeeAll ? ", the others all" : "");
}

std::string Facts::biases() const {
    std::vector<std::string> parts;
    if (c.qkvBias) parts.emplace_back("queries, keys and values");
    if (c.outBias) parts.emplace_back("attention's output");
    if (c.mlpBias) parts.emplace_back("MLP");
    return parts.empty() ? "none" : joined(parts, "; ");
}

std::string Facts::softCaps() const {
    std::vector<std::string> parts;
    if (c.attentionSoftCap != 0.0) parts.push_back("attention " + shown(c.attentionSoftCap));
    if (c.finalSoftCap != 0.0) parts.push_back("logits " + shown(c.finalSoftCap));
    return joined(parts, ", ");
}

std::string Facts::embedding(const Checkpoint& checkpoint) const {
    std::string text = plural(c.vocabulary, "row");
    if (const int used = usedVocabulary(checkpoint); used < c.vocabulary)
        text += ", the first " + shown(used) + " of them tokens";
    text += c.tiedHead ? ", also the head" : ", a head of its own";
    if (c.embeddingWidth != c.hidden)
        text += ", " + shown(c.embeddingWidth) + " wide with projections to " + shown(c.hidden);
    if (c.embeddingScale != 1.0) text += ", times " + shown(c.embeddingScale);
    return text;
}

std::string tokenText(const Tokenizer* tokenizer, TokenId id) {
    const std::string number = std::to_string(id);
    return tokenizer && id < tokenizer->size() ? number + " " + shownPiece(tokenizer->piece(id)) : number;
}

std::string tokensText(const Tokenizer* tokenizer, const std::vector<TokenId>& ids) {
    std::vector<std::string> parts;
    for (const TokenId id : ids) parts.push_back(tokenText(tokenizer, id));
    return parts.empty() ? "none" : joined(parts, ", ");
}

std::string specialTokens(const Tokenizer& tokenizer) {
    std::vector<std::string> first;
    int count = 0;
    for (TokenId id = 0; id < tokenizer.size(); ++id) {
        if (!tokenizer.isSpecial(id)) continue;
        if (count++ < kShownSpecial) first.push_back(tokenText(&tokenizer, id));
    }
    if (count == 0) return "none";
    return shown(count) + ": " + joined(first, ", ") + (count > kShownSpecial ? ", ..." : "");
}

}  // namespace

std::vector<NamedText> factsOf(const Checkpoint& checkpoint) {
    const ModelConfig& c = checkpoint.config();
    Facts facts(c);
    facts.add("Architecture", c.architecture);
    facts.add("Layers", shown(c.layers) + ", " + shown(c.hidden) + " wide");
    facts.add("Attention", facts.attention());
    facts.add("Attention scale", facts.attentionScale());
    facts.add("Query and key norm", facts.qkNorm());
    facts.add("Norm", facts.norm());
    facts.add("MLP", facts.mlp());
    if (c.parallelResidual) facts.add("Residual", "attention and MLP side by side");
    facts.add("Positions", facts.positions());
    facts.add("Windows", facts.windows());
    facts.add("Biases", facts.biases());
    facts.add("Soft caps", facts.softCaps());
    facts.add("Embedding", facts.embedding(checkpoint));
    facts.add("Context", plural(c.maxContext, "token"));
    facts.add("End of text", tokensText(checkpoint.tokenizer().get(), c.eos));
    return facts.take();
}

std::vector<NamedText> factsOf(const Tokenizer& tokenizer) {
    std::vector<NamedText> lines;
    lines.push_back({"Kind", tokenizer.kind()});
    lines.push_back({"Tokens", std::to_string(tokenizer.size())});
    const auto bos = tokenizer.bos();
    lines.push_back({"Begin of text", bos ? tokenText(&tokenizer, *bos) : "none"});
    lines.push_back({"End of text", tokensText(&tokenizer, tokenizer.eos())});
    lines.push_back({"Special tokens", specialTokens(tokenizer)});
    if (tokenizer.dropsLeadingSpace())
        lines.push_back({"First token", "loses one leading space when it is decoded"});
    for (TokenId id = 0; id < std::min(kFirstIds, tokenizer.size()); ++id)
        lines.push_back({"Id " + std::to_string(id), shownPiece(tokenizer.piece(id))});
    return lines;
}

std::string shownPiece(const std::string& bytes) {
    std::string text = "'";
    for (std::size_t at = 0; at < bytes.size();) {
        if (text.size() > kMaxPiece) {
            text += "...";
            break;
        }
        const Utf8Step step = utf8Step(std::string_view(bytes).substr(at));
        const bool plain = step.wellFormed && step.codePoint >= 0x20 && step.codePoint != 0x7F &&
                           step.codePoint != '\'' && step.codePoint != '\\';
        for (std::size_t i = at; i < at + step.length; ++i) {
            constexpr const char* kHex = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(bytes[i]);
            if (plain)
                text += bytes[i];
            else
                text += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
        }
        at += step.length;
    }
    return text + "'";
}

}  // namespace specula
