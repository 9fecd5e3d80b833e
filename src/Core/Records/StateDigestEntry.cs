using Replication.Core.Payloads;

namespace Replication.Core.Records;

/// <summary>The payload of a state digest entry: <c>StateDigestEntry</c> of log.proto.</summary>
/// <param name="Digest">Of the state made by all entries before this one.</param>
/// <param name="Records">Records in that state.</param>
public sealed record StateDigestEntry(StateDigest Digest, long Records)
{
    private const int DigestField = 1;
    private const int RecordsField = 2;

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static StateDigestEntry Read(ReadOnlySpan<byte> payload)
    {
        var (digest, records) = ((StateDigest?)null, 0UL);
        var reader = new PayloadReader(payload);
        while (reader.Next())
        {
            if (reader.Field == DigestField && reader.Bytes.Length == StateDigest.Size) digest = StateDigest.Read(reader.Bytes);
            else if (reader.Field == RecordsField) records = reader.Number;
        }
        return new StateDigestEntry(digest ?? throw new MalformedPayloadException("a digest entry has no digest"), (long)records);
    }

    /// <summary>The payload.</summary>
    public byte[] ToArray()
    {
        Span<byte> digest = stackalloc byte[StateDigest.Size];
        Digest.Write(digest);
        var bytes = new byte[PayloadWriter.SizeOfBytes(digest.Length) + PayloadWriter.SizeOfNumber((ulong)Records)];
        var writer = new PayloadWriter(bytes);
        writer.Bytes(DigestField, digest);
        writer.Number(RecordsField, (ulong)Records);
        return bytes;
    }
}
