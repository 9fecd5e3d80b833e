using System.Text;
using System.Xml.Linq;

namespace Replication.Server.Demo.Documents;

/// <summary>Documentation as plain text in one line: references become the names they refer to.</summary>
internal static class DocumentationText
{
    private static readonly string[] Names = ["cref", "langword", "name", "href"];

    /// <summary>The text of an element.</summary>
    public static string Of(XElement element)
    {
        var text = new StringBuilder();
        Append(text, element);
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The name in a reference like <c>M:System.String.Split(System.Char)</c>: without the kind and the parameters.</summary>
    public static string NameIn(string reference)
    {
        if (reference is not [_, ':', .. var name]) return reference;
        return name.IndexOf('(', StringComparison.Ordinal) is >= 0 and var arguments ? name[..arguments] : name;
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText words) text.Append(words.Value);
            if (node is not XElement inner) continue;
            if (inner.Name.LocalName is "para" or "p" or "br" or "item" or "term" or "description" or "li") text.Append(' ');
            if (inner.IsEmpty) text.Append(Reference(inner));
            else Append(text, inner);
        }
    }

    private static string Reference(XElement element) =>
        Names.Select(name => element.Attribute(name)?.Value).FirstOrDefault(static value => value is not null) is { } reference ? NameIn(reference) : string.Empty;
}
