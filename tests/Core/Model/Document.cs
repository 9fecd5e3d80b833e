using System.Collections.Immutable;
using System.Text;

namespace Replication.Core.Tests.Model;

/// <summary>The value of a record, of which it is known what an index finds in it.</summary>
internal sealed class Document
{
    /// <summary>Paths that indexes are made of.</summary>
    public const string OuterPath = "n";
    public const string InnerPath = "o.p";

    private readonly ImmutableArray<Scalar> _outer;
    private readonly ImmutableArray<Scalar> _inner;

    /// <summary>A JSON document.</summary>
    /// <param name="outer">At <see cref="OuterPath"/>: one value, or an array of them.</param>
    /// <param name="inner">At <see cref="InnerPath"/>: in an array of objects.</param>
    /// <param name="plainly">Whether values are written in their usual form.</param>
    /// <param name="padding">Bytes that no index looks at.</param>
    public Document(ImmutableArray<Scalar> outer, ImmutableArray<Scalar> inner, bool plainly, int padding)
    {
        (_outer, _inner) = ([.. outer.Distinct().Order()], [.. inner.Distinct().Order()]);
        IsJson = true;
        var text = new StringBuilder("{");
        if (outer.Length == 1) text.Append("\"n\":").Append(outer[0].Json(plainly)).Append(',');
        else if (outer.Length > 1) text.Append("\"n\":[").AppendJoin(',', outer.Select(value => value.Json(plainly))).Append("],");
        if (inner.Length > 0) text.Append("\"o\":[").AppendJoin(',', inner.Select(value => $"{{\"p\":{value.Json(plainly)},\"q\":0}}")).Append("],");
        Bytes = Encoding.UTF8.GetBytes(text.Append("\"x\":\"").Append('x', padding).Append("\"}").ToString());
    }

    /// <summary>Bytes that are no JSON.</summary>
    public Document(int length)
    {
        (_outer, _inner) = ([], []);
        Bytes = new byte[length];
        Array.Fill(Bytes, (byte)0xFE);
    }

    public byte[] Bytes { get; }

    public bool IsJson { get; }

    /// <summary>The distinct values at a path, ascending.</summary>
    public ImmutableArray<Scalar> At(string path) => path == OuterPath ? _outer : _inner;

    public override string ToString() => IsJson ? $"{Encoding.UTF8.GetString(Bytes).Replace("xx", string.Empty, StringComparison.Ordinal)} {Bytes.Length} bytes" : $"{Bytes.Length} bytes";
}
