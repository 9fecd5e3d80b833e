using System.Globalization;
using System.Text;
using Replication.Core.Indexes;

namespace Replication.Core.Tests.Model;

/// <summary>A value that an index orders: null, false, true, numbers, strings. Shares nothing with how the engine writes them.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Of a number; 0 and 1 for false and true.</param>
/// <param name="Text">Of a string; without characters outside the basic plane, so that UTF-16 orders as UTF-8.</param>
internal readonly record struct Scalar(IndexValueKind Kind, decimal Number, string Text) : IComparable<Scalar>
{
    public static Scalar Null { get; } = new(IndexValueKind.Null, 0, string.Empty);

    public static Scalar Of(bool value) => new(IndexValueKind.Bool, value ? 1 : 0, string.Empty);

    public static Scalar Of(decimal value) => new(IndexValueKind.Number, value, string.Empty);

    public static Scalar Of(string value) => new(IndexValueKind.Text, 0, value);

    public int CompareTo(Scalar other)
    {
        var order = Kind.CompareTo(other.Kind);
        if (order == 0) order = Number.CompareTo(other.Number);
        return order == 0 ? string.CompareOrdinal(Text, other.Text) : order;
    }

    /// <summary>One of the ways in which JSON writes it.</summary>
    public string Json(bool plainly) => Kind switch
    {
        IndexValueKind.Null => "null",
        IndexValueKind.Bool => Number == 1 ? "true" : "false",
        IndexValueKind.Number => (plainly ? Number : Number * 10).ToString(CultureInfo.InvariantCulture) + (plainly ? string.Empty : "e-1"),
        _ => Quoted(plainly),
    };

    public IndexValue Asked(bool plainly) => Kind switch
    {
        IndexValueKind.Null => IndexValue.Null,
        IndexValueKind.Bool => IndexValue.Of(Number == 1),
        IndexValueKind.Number => IndexValue.Number(Json(plainly)),
        _ => IndexValue.Of(Text),
    };

    public override string ToString() => Json(plainly: true);

    private string Quoted(bool plainly)
    {
        var text = new StringBuilder("\"");
        foreach (var character in Text)
        {
            if (plainly && character >= ' ' && character is not ('"' or '\\')) text.Append(character);
            else text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        return text.Append('"').ToString();
    }
}
