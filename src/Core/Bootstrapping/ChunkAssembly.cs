using Replication.Core.Following;
using Replication.Core.Snapshots;

namespace Replication.Core.Bootstrapping;

/// <summary>Puts the chunks of one request together from the pieces in which they come: in the order asked for, without gap or overlap. For one thread.</summary>
/// <param name="manifest">Of the snapshot.</param>
/// <param name="asked">The chunks that were asked for, in this order.</param>
public sealed class ChunkAssembly(SnapshotManifest manifest, IReadOnlyList<int> asked)
{
    private byte[] _chunk = [];
    private int _filled;
    private int _next;

    /// <summary>Whether every chunk has come.</summary>
    public bool IsDone => _next == asked.Count;

    /// <summary>Takes the next piece.</summary>
    /// <param name="number">Of the chunk.</param>
    /// <param name="offset">Of the piece inside it.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="whole">The chunk's number and bytes, when this was its last piece; valid until the next call.</param>
    /// <returns>Whether a chunk is whole.</returns>
    /// <exception cref="StreamDamagedException">It is not the piece that comes next.</exception>
    public bool Take(long number, long offset, ReadOnlySpan<byte> data, out (int Number, ReadOnlyMemory<byte> Bytes) whole)
    {
        whole = default;
        if (IsDone) throw Unexpected("a piece came that nobody asked for");
        var length = manifest.Chunks[asked[_next]].Length;
        if (number != asked[_next] || offset != _filled || data.IsEmpty || data.Length > length - _filled)
            throw Unexpected($"a piece of chunk {number} at {offset} came where chunk {asked[_next]} at {_filled} belongs");
        if (_chunk.Length < length) _chunk = new byte[length];
        data.CopyTo(_chunk.AsSpan(_filled));
        _filled += data.Length;
        if (_filled < length) return false;
        whole = (asked[_next], _chunk.AsMemory(0, length));
        _next++;
        _filled = 0;
        return true;
    }

    private StreamDamagedException Unexpected(string what) => new(manifest.Position.Index, what);
}
