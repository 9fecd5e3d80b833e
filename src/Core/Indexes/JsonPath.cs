using System.Collections.Immutable;
using System.Text;

namespace Replication.Core.Indexes;

/// <summary>
/// Which values of a JSON document an index is made of: names of members, the outermost first, with dots between them, like
/// <c>address.city</c>. A dot or a backslash that belongs to a name has a backslash before it. Arrays on the way stand for
/// their elements.
/// </summary>
public sealed class JsonPath
{
    /// <summary>Bytes of the text in UTF-8 at most.</summary>
    public const int MaxBytes = 256;

    /// <summary>Names in a path at most.</summary>
    public const int MaxNames = 16;

    private JsonPath(string text, ImmutableArray<byte[]> names)
    {
        Text = text;
        Names = names;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The names in UTF-8, without backslashes.</summary>
    internal ImmutableArray<byte[]> Names { get; }

    /// <summary>Reads a path.</summary>
    /// <param name="text">Like <c>address.city</c>.</param>
    /// <param name="path">Null when it is none.</param>
    /// <returns>Null; otherwise one clause that says what is wrong.</returns>
    public static string? TryParse(string text, out JsonPath? path)
    {
        path = null;
        if (text.Length == 0) return "it is empty";
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes) return $"it has more than {MaxBytes} bytes";
        var names = ImmutableArray.CreateBuilder<byte[]>();
        var name = new StringBuilder();
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == '.')
            {
                if (name.Length == 0) return $"name {names.Count + 1} in it is empty";
                names.Add(Encoding.UTF8.GetBytes(name.ToString()));
                name.Clear();
                continue;
            }
            if (text[i] == '\\' && (++i == text.Length || text[i] is not ('.' or '\\'))) return "a backslash in it stands before neither a dot nor a backslash";
            name.Append(text[i]);
        }
        if (names.Count > MaxNames) return $"it has more than {MaxNames} names";
        path = new JsonPath(text, names.ToImmutable());
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
