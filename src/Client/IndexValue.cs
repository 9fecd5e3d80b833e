using System.Globalization;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>A value that a query names: a text, a number, true, false or null, as it may stand in a document.</summary>
public sealed record IndexValue
{
    private readonly Contract.IndexValue _message;

    private IndexValue(Contract.IndexValue message) => _message = message;

    /// <summary>JSON's null.</summary>
    public static IndexValue Null { get; } = new(new Contract.IndexValue { Null = true });

    /// <summary>A text.</summary>
    public static IndexValue Of(string value) => new(new Contract.IndexValue { Text = value });

    /// <summary>True or false.</summary>
    public static IndexValue Of(bool value) => new(new Contract.IndexValue { Boolean = value });

    /// <summary>An integer.</summary>
    public static IndexValue Of(long value) => Number(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A decimal number.</summary>
    public static IndexValue Of(decimal value) => Number(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A finite number, in the shortest form that reads back as it.</summary>
    public static IndexValue Of(double value) => Number(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>A number as JSON writes it, at most 1,024 characters; compared exactly.</summary>
    public static IndexValue Number(string text) => new(new Contract.IndexValue { Number = text });

    internal Contract.IndexValue ToMessage() => _message;
}
