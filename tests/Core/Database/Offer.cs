using System.Collections.Immutable;
using System.Security.Cryptography;
using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Log;
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
            builder.Open(collection);
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
            {
                builder.Add(cursor.Current);
                _chunks.Add(builder.Take(out var records).ToArray());
                builder.GoOn(collection);
                chunks.Add(new SnapshotChunk(offset, _chunks[^1].Length, [.. SHA256.HashData(_chunks[^1])], records));
                offset += _chunks[^1].Length;
            }
        }
        Manifest = new SnapshotManifest(history, state.Tail, state.Epochs, state.Configuration, state.Digest, state.Records, chunks.ToImmutable());
    }

    public SnapshotManifest Manifest { get; }

    /// <summary>Fetches so many of the chunks that are missing.</summary>
    public void Fetch(Bootstrap bootstrap, int most = int.MaxValue)
    {
        foreach (var number in bootstrap.Missing.Take(most)) bootstrap.Store(number, _chunks[number]);
    }

    /// <summary>Streams the log behind the snapshot, two entries to a batch.</summary>
    public static void Stream(Bootstrap bootstrap, Lineage history, long limit)
    {
        var log = bootstrap.Log.Log;
        while (log.Durable.Index < limit)
        {
            var batch = new LogBatch();
            batch.Restart(log.Durable);
            foreach (var frame in history.Frames.Skip((int)log.Durable.Index).Take((int)Math.Min(2, limit - log.Durable.Index)))
                batch.AppendVerified(frame, FrameHeader.Read(frame));
            log.Append(batch, commitIndex: batch.First.Index - 1);
        }
    }

    /// <summary>Fetches what is missing, streams the log behind it up to an entry, and installs both.</summary>
    public void Install(LocalDatabase database, Lineage history, long limit, Action? shows = null)
    {
        using var bootstrap = Bootstrap.Continue(database, CancellationToken.None) ?? Bootstrap.Begin(database, Manifest);
        Stream(bootstrap, history, limit);
        Fetch(bootstrap);
        database.Install(bootstrap, bootstrap.Replay(bootstrap.Load(CancellationToken.None), limit, CancellationToken.None), shows);
    }
}
