using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml.Linq;

namespace Replication.Server.Demo.Documents;

/// <summary>The documentation of one member as a JSON document.</summary>
/// <param name="member">The element <c>member</c>, with a name.</param>
/// <param name="assembly">The assembly that has it.</param>
/// <param name="types">The full names of the assembly's types.</param>
internal sealed class ApiMember(XElement member, string assembly, IReadOnlySet<string> types)
{
    // The documents are read in terminals, not put into pages.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The full names of the types among some members.</summary>
    public static IReadOnlySet<string> TypesOf(IEnumerable<XElement> members) =>
        members.Select(IdOf).Where(static id => id.StartsWith("T:", StringComparison.Ordinal)).Select(static id => id[2..]).ToHashSet(StringComparer.Ordinal);

    /// <summary>The document; its key is the member's id.</summary>
    public Document ToDocument()
    {
        var id = IdOf(member);
        var name = MemberName.Parse(id, types);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("kind", name.Kind);
            json.WriteString("namespace", name.Namespace);
            json.WriteString("type", name.Type);
            json.WriteString("name", name.Name);
            json.WriteString("assembly", assembly);
            WriteText(json, "summary");
            WriteNamed(json, "typeParameters", "typeparam", "name");
            WriteNamed(json, "parameters", "param", "name");
            WriteText(json, "returns");
            WriteText(json, "value");
            WriteNamed(json, "exceptions", "exception", "cref");
            WriteText(json, "remarks");
            json.WriteEndObject();
        }
        return new Document(id, buffer.WrittenMemory);
    }

    private static string IdOf(XElement member) => member.Attribute("name")!.Value;

    private void WriteText(Utf8JsonWriter json, string element)
    {
        if (member.Element(element) is { } found && DocumentationText.Of(found) is { Length: > 0 } text) json.WriteString(element, text);
    }

    private void WriteNamed(Utf8JsonWriter json, string property, string element, string attribute)
    {
        XElement[] found = [.. member.Elements(element).Where(item => item.Attribute(attribute) is not null)];
        if (found.Length == 0) return;
        json.WriteStartArray(property);
        foreach (var item in found)
        {
            json.WriteStartObject();
            json.WriteString("name", DocumentationText.NameIn(item.Attribute(attribute)!.Value));
            json.WriteString("text", DocumentationText.Of(item));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
