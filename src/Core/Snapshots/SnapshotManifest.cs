using System.Collections.Immutable;
using System.Globalization;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;

namespace Replication.Core.Snapshots;

/// <summary>What a snapshot is, and of which chunks it consists: <c>SnapshotManifest</c> of snapshot.proto.</summary>
/// <param name="History">The lineage.</param>
/// <param name="Tail">The last entry whose effects are in it; its crc places the snapshot on the chain of the log.</param>
/// <param name="Epochs">Every reign up to that entry.</param>
/// <param name="Configuration">In force at that entry.</param>
/// <param name="Digest">Of the state.</param>
/// <param name="Records">In all collections.</param>
/// <param name="Chunks">In the order of the data file.</param>
public sealed record SnapshotManifest(
    HistoryId History, LogTail Tail, EpochTable Epochs, Configuration Configuration, StateDigest Digest, long Records, ImmutableArray<SnapshotChunk> Chunks)
{
    /// <summary>How many requests are remembered at most; 0 in a snapshot from before they were.</summary>
    public int RequestsRemembered { get; init; }

    /// <summary>Every request behind this index is remembered; says nothing when none are.</summary>
    public long ForgottenThrough { get; init; }

    /// <summary>What a manifest's name ends with.</summary>
    public const string Extension = ".manifest";

    /// <summary>What a data file's name ends with.</summary>
    public const string DataExtension = ".snapshot";

    /// <summary>Position of the last entry in it.</summary>
    public LogPosition Position => Tail.Position;

    /// <summary>Bytes of the data file.</summary>
    public long Bytes => Chunks.IsEmpty ? SnapshotFile.HeaderSize : Chunks[^1].Offset + Chunks[^1].Length;

    /// <summary>The data file's name.</summary>
    public string DataName => BaseName(Position.Index) + DataExtension;

    /// <summary>The manifest file's name.</summary>
    public string FileName => BaseName(Position.Index) + Extension;

    /// <summary>Whether a name is that of a snapshot's file with the given extension.</summary>
    internal static bool IsName(string name, string extension) =>
        name.Length == 20 + extension.Length && name.EndsWith(extension, StringComparison.Ordinal) && name.AsSpan(0, 20).IndexOfAnyExceptInRange('0', '9') < 0;

    private static string BaseName(long index) => index.ToString("D20", CultureInfo.InvariantCulture);
}
