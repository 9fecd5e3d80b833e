using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Replication.Core.Indexes;

/// <summary>What a value in a query is.</summary>
public enum IndexValueKind
{
    /// <summary>JSON's null.</summary>
    Null,
    /// <summary>True or false.</summary>
    Bool,
    /// <summary>A number.</summary>
    Number,
    /// <summary>A string.</summary>
    Text,
}

/// <summary>A value that a query names.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A string as it is, everything else as JSON writes it.</param>
public readonly record struct IndexValue(IndexValueKind Kind, string Text)
{
    /// <summary>Characters of a number at most.</summary>
    public const int MaxNumberLength = 1024;

    /// <summary>JSON's null.</summary>
    public static IndexValue Null { get; } = new(IndexValueKind.Null, "null");

    /// <summary>True or false.</summary>
    public static IndexValue Of(bool value) => new(IndexValueKind.Bool, value ? "true" : "false");

    /// <summary>A string.</summary>
    public static IndexValue Of(string value) => new(IndexValueKind.Text, value);

    /// <summary>An integer.</summary>
    public static IndexValue Of(long value) => Number(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A decimal number.</summary>
    public static IndexValue Of(decimal value) => Number(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A finite number in the shortest form that reads back as it.</summary>
    public static IndexValue Of(double value) => Number(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>A number as JSON writes it.</summary>
    public static IndexValue Number(string text) => new(IndexValueKind.Number, text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Null when it is a value; otherwise one clause that says what is wrong.</summary>
    internal string? Violation => Kind switch
    {
        IndexValueKind.Number => IsNumber() ? null : "a number is not written as JSON writes it",
        IndexValueKind.Bool => Text is "true" or "false" ? null : "a bool is neither true nor false",
        IndexValueKind.Text or IndexValueKind.Null => null,
        _ => "a value has a kind that is unknown to this version",
    };

    /// <summary>Writes it as it stands in an index.</summary>
    internal void Write(IBufferWriter<byte> writer)
    {
        switch (Kind)
        {
            case IndexValueKind.Text: IndexKey.WriteString(writer, Encoding.UTF8.GetBytes(Text)); break;
            case IndexValueKind.Number: NumberKey.Write(writer, Encoding.ASCII.GetBytes(Text)); break;
            case IndexValueKind.Bool: IndexKey.WriteKind(writer, Text == "true" ? IndexKey.True : IndexKey.False); break;
            default: IndexKey.WriteKind(writer, IndexKey.Null); break;
        }
    }

    private bool IsNumber()
    {
        if (Text.Length is 0 or > MaxNumberLength || char.IsWhiteSpace(Text[0]) || char.IsWhiteSpace(Text[^1])) return false;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(Text));
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
