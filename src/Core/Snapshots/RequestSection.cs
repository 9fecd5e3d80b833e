using Replication.Core.Payloads;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Core.Snapshots;

/// <summary>The remembered requests in chunks of a snapshot: <c>SnapshotRequest</c> of snapshot.proto.</summary>
internal sealed class RequestSection
{
    /// <summary>Of <c>SnapshotChunkContent</c>.</summary>
    public const int Field = 2;

    private const int IdField = 1;
    private const int IndexField = 2;

    // Tag, length, two tags, two lengths and an index.
    private const int MaxBytes = 32 + TransactionLimits.MaxRequestIdBytes;

    private readonly List<(byte[] Id, long Index)> _requests = [];

    /// <summary>The contents of chunks with everything that is remembered; none when that is nothing.</summary>
    /// <param name="memory">What is remembered.</param>
    /// <param name="chunkBytes">A chunk is closed once it has so many bytes.</param>
    public static IEnumerable<byte[]> Contents(RequestMemory memory, int chunkBytes)
    {
        var bytes = new byte[chunkBytes + MaxBytes];
        var used = 0;
        for (var number = 0; number < memory.Count; number++)
        {
            used += Write(bytes.AsSpan(used), memory.IdOf(number), memory.IndexOf(number));
            if (used < chunkBytes && number < memory.Count - 1) continue;
            yield return bytes[..used];
            used = 0;
        }
    }

    /// <summary>Begins to load the memory of a snapshot.</summary>
    public static void BeginLoad(RequestMemoryBuilder memory, SnapshotManifest manifest) =>
        // Of what was before requests were remembered nothing is known.
        memory.BeginLoad(manifest.RequestsRemembered, manifest.RequestsRemembered == 0 ? manifest.Position.Index : manifest.ForgottenThrough);

    /// <summary>Forgets what it holds, to be used for another chunk.</summary>
    public void Clear() => _requests.Clear();

    /// <summary>Adds one as it stands in a chunk.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        byte[] id = [];
        var index = 0UL;
        var fields = new PayloadReader(bytes);
        while (fields.Next())
        {
            if (fields.Field == IdField) id = fields.Bytes.ToArray();
            else if (fields.Field == IndexField) index = fields.Number;
        }
        if (id.Length is 0 or > TransactionLimits.MaxRequestIdBytes || index is 0 or > long.MaxValue) throw new MalformedPayloadException("a remembered request has no id or no index");
        _requests.Add((id, (long)index));
    }

    /// <summary>Has what it holds remembered.</summary>
    /// <returns>The digest with it.</returns>
    public StateDigest AddTo(RequestMemoryBuilder memory, StateDigest digest)
    {
        foreach (var (id, index) in _requests) digest = memory.Remember(digest, id, index);
        return digest;
    }

    private static int Write(Span<byte> destination, ReadOnlySpan<byte> id, long index)
    {
        var writer = new PayloadWriter(destination);
        writer.Message(Field, PayloadWriter.SizeOfBytes(id.Length) + PayloadWriter.SizeOfNumber((ulong)index));
        writer.Bytes(IdField, id);
        writer.Number(IndexField, (ulong)index);
        return writer.Written;
    }
}
