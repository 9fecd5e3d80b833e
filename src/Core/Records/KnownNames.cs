using System.Text;

namespace Replication.Core.Records;

/// <summary>Names of collections by their bytes, so that a transaction that names one again makes no new string. For one thread.</summary>
internal sealed class KnownNames
{
    private const int Capacity = 16;

    private readonly List<(byte[] Ascii, string Name)> _known = new(Capacity);
    private int _next;

    /// <summary>The name that some bytes are.</summary>
    public string Of(ReadOnlySpan<byte> ascii)
    {
        foreach (var (bytes, known) in _known)
            if (ascii.SequenceEqual(bytes))
                return known;
        var name = Encoding.ASCII.GetString(ascii);
        if (_known.Count < Capacity) _known.Add((ascii.ToArray(), name));
        else _known[_next++ % Capacity] = (ascii.ToArray(), name);
        return name;
    }
}
