using System.Collections.Immutable;
using System.Security.Cryptography;
using Replication.Core.Database;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Tests.Database;

/// <summary>A snapshot as an upstream offers it: a chunk for each record, so that a small one has several.</summary>
internal sealed class Offer
{
    private readonly List<byte[]> _chunks = [];

    public Offer(HistoryId history, DatabaseState state)
    {
        var builder = new ChunkBuilder();
        var chunks = ImmutableArray.CreateBuilder<SnapshotChunk>();
        long offset = SnapshotFile.HeaderSize;
        foreach (var collection in state.Collections.Values)
        {
            builder.Open(collection.Name, collection.Kind);
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
            {
                builder.Add(cursor.Current);
                _chunks.Add(builder.Take(out var records));
                chunks.Add(new SnapshotChunk(offset, _chunks[^1].Length, [.. SHA256.HashData(_chunks[^1])], records));
                offset += _chunks[^1].Length;
            }
        }
        Manifest = new SnapshotManifest(history, state.Tail, state.Epochs, state.Configuration, state.Digest, state.Records, chunks.ToImmutable());
    }

    public SnapshotManifest Manifest { get; }

    /// <summary>Fetches so many of the chunks that are missing.</summary>
    public void Fetch(BootstrapFolder folder, int most = int.MaxValue)
    {
        foreach (var number in folder.Missing.Take(most).ToList()) folder.Store(number, _chunks[number]);
    }

    /// <summary>Fetches what is missing and installs it.</summary>
    public void Install(LocalDatabase database, bool keepOldLog)
    {
        using var folder = BootstrapFolder.Open(database, Manifest);
        Fetch(folder);
        database.Install(folder, keepOldLog);
    }
}
