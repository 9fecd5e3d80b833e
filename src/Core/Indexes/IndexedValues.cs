using System.Buffers;
using System.Text.Json;

namespace Replication.Core.Indexes;

/// <summary>
/// The distinct values of one document at a path, as <see cref="IndexKey"/> writes them, ascending. An array stands for its
/// elements, but not for those of arrays in it; objects and what is not there have no value. Of a member that stands in an
/// object twice the last one counts. Used again for the next document, without allocating.
/// </summary>
internal sealed class IndexedValues
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(int Start, int Length)> _values = [];
    private readonly Comparison<(int Start, int Length)> _order;
    private byte[] _unescaped = [];
    private JsonPath _path = null!;

    public IndexedValues() => _order = (left, right) => Bytes(left).SequenceCompareTo(Bytes(right));

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <summary>One of them. Valid until the next document.</summary>
    public ReadOnlySpan<byte> this[int position] => Bytes(_values[position]);

    /// <summary>Takes the values of a document.</summary>
    /// <param name="path">Where they are.</param>
    /// <param name="document">JSON; what is none, nothing included, has no values.</param>
    public void Read(JsonPath path, ReadOnlySpan<byte> document)
    {
        _bytes.ResetWrittenCount();
        _values.Clear();
        _path = path;
        if (document.IsEmpty) return;
        try
        {
            var reader = new Utf8JsonReader(document);
            if (reader.Read()) ReadValue(ref reader, depth: 0, isElement: false);
        }
        catch (JsonException)
        {
            // Documents were checked when they were put. One whose bytes changed in memory since is found by the digest.
            _values.Clear();
        }
        if (_values.Count > 1) Order();
    }

    /// <summary>Whether both are the same.</summary>
    public bool SameAs(IndexedValues other)
    {
        if (other.Count != Count) return false;
        for (var i = 0; i < Count; i++)
            if (!this[i].SequenceEqual(other[i]))
                return false;
        return true;
    }

    /// <summary>Whether a value is among them.</summary>
    public bool Contains(ReadOnlySpan<byte> value)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = value.SequenceCompareTo(this[middle]);
            if (order == 0) return true;
            if (order < 0) high = middle;
            else low = middle + 1;
        }
        return false;
    }

    private ReadOnlySpan<byte> Bytes((int Start, int Length) value) => _bytes.WrittenSpan.Slice(value.Start, value.Length);

    private void Order()
    {
        _values.Sort(_order);
        var kept = 1;
        for (var i = 1; i < _values.Count; i++)
            if (!Bytes(_values[i]).SequenceEqual(Bytes(_values[kept - 1])))
                _values[kept++] = _values[i];
        _values.RemoveRange(kept, _values.Count - kept);
    }

    private void ReadValue(ref Utf8JsonReader reader, int depth, bool isElement)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when depth < _path.Names.Length:
                ReadObject(ref reader, depth);
                break;
            case JsonTokenType.StartArray when !isElement:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) ReadValue(ref reader, depth, isElement: true);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                reader.Skip();
                break;
            default:
                if (depth == _path.Names.Length) Add(reader);
                break;
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, int depth)
    {
        var before = _values.Count;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNamed = Text(reader).SequenceEqual(_path.Names[depth]);
            reader.Read();
            if (!isNamed)
            {
                reader.Skip();
                continue;
            }
            _values.RemoveRange(before, _values.Count - before);
            ReadValue(ref reader, depth + 1, isElement: false);
        }
    }

    private void Add(in Utf8JsonReader reader)
    {
        var start = _bytes.WrittenCount;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                IndexKey.WriteString(_bytes, Text(reader));
                break;
            case JsonTokenType.Number:
                NumberKey.Write(_bytes, reader.ValueSpan);
                break;
            default:
                IndexKey.WriteKind(_bytes, reader.TokenType switch { JsonTokenType.True => IndexKey.True, JsonTokenType.False => IndexKey.False, _ => IndexKey.Null });
                break;
        }
        _values.Add((start, _bytes.WrittenCount - start));
    }

    private ReadOnlySpan<byte> Text(in Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (!reader.ValueIsEscaped) return raw;
        if (_unescaped.Length < raw.Length) _unescaped = new byte[Math.Max(raw.Length, 2 * _unescaped.Length)];
        return _unescaped.AsSpan(0, JsonStringBytes.Unescape(raw, _unescaped));
    }
}
