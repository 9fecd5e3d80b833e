using System.Diagnostics;
using Replication.Bench.Load;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>What records cost in memory and on disk, and how long a restart with them takes.</summary>
internal sealed class Storage : IFamily
{
    private const int SingleCallers = 64;
    private static readonly TimeSpan SingleDuration = TimeSpan.FromSeconds(2);

    private const double MaxBytesInMemory = 180; // Ours has the ordered index.

    public string Name => "storage";

    public string About => "bytes of a record in memory, log and snapshot; restart until ready";

    public bool Grows => true;

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        var (ours, peer) = (new StorageSamples(settings.Records), new StorageSamples(settings.Records));
        var data = await OursAsync(settings, workspace, ours, cancellation);
        var files = settings.Peers ? await RedisAsync(settings, workspace, peer, cancellation) : "";
        await settings.AlternateAsync(
            async () =>
            {
                var begin = Stopwatch.GetTimestamp();
                await using var node = await Ours.Node.StartAsync(workspace, data, null, cancellation);
                ours.Restarted(Stopwatch.GetElapsedTime(begin).TotalSeconds, node.Process.ResidentBytes);
                if ((await node.Client.DigestAsync(cancellation: cancellation)).Records != (ulong)settings.Records) throw new InvalidOperationException("Records are missing after a restart.");
            },
            async () =>
            {
                var begin = Stopwatch.GetTimestamp();
                await using var redis = await RedisServer.StartAsync(files, null, settings.Records, cancellation);
                peer.Restarted(Stopwatch.GetElapsedTime(begin).TotalSeconds, redis.Process.ResidentBytes);
            });
        report.Add("restart", ours.Seconds, peer.Seconds, "s", Target.AtMostTimes(0.5), "AOF with an RDB file as its base");
        report.Add("memory-after-restart", ours.MemoryRestarted, peer.MemoryRestarted, "B/record", Target.AtMost(MaxBytesInMemory), "growth of the resident set");
        report.Add("memory-after-commits", ours.MemoryWritten, peer.MemoryWritten, "B/record", null, "growth of the resident set");
        report.Add("log-bytes-200", ours.Log, peer.Log, "B/record", null, "AOF; ours 200 records a transaction");
        report.Add("log-bytes-1", ours.LogOfSingles, peer.Log, "B/record", null, "AOF; ours a transaction each");
        report.Add("snapshot-bytes", ours.Snapshot, peer.Snapshot, "B/record", null, "RDB file, LZF on");
    }

    private static async Task<string> OursAsync(Settings settings, Workspace workspace, StorageSamples samples, CancellationToken cancellation)
    {
        var data = workspace.NewPath("primary");
        await using var node = await Ours.Node.StartAsync(workspace, data, null, cancellation);
        samples.EmptyBytes = node.Process.ResidentBytes;
        await node.LoadAsync(settings.Records, cancellation);
        samples.MemoryWritten.Add(samples.PerRecord(node.Process.ResidentBytes - samples.EmptyBytes));
        samples.Log.Add(samples.PerRecord((await node.Client.StatusAsync(cancellation)).LogBytes));
        samples.Snapshot.Add(samples.PerRecord((await node.Client.TakeSnapshotAsync(cancellation)).Bytes));
        var before = await node.Client.StatusAsync(cancellation);
        await CallerLoad.RunAsync(
            SingleCallers, SingleDuration, random => node.Client.PutAsync(Dataset.Collection, Dataset.Key(random.Next(settings.Records)), Dataset.Value(random), cancellation: cancellation), cancellation);
        var after = await node.Client.StatusAsync(cancellation);
        samples.LogOfSingles.Add((double)(after.LogBytes - before.LogBytes) / (after.CommitIndex - before.CommitIndex));
        await node.Client.TakeSnapshotAsync(cancellation); // A restart from a snapshot, with no log to speak of behind it.
        return data;
    }

    private static async Task<string> RedisAsync(Settings settings, Workspace workspace, StorageSamples samples, CancellationToken cancellation)
    {
        var files = workspace.NewDirectory("redis");
        await using var redis = await RedisServer.StartAsync(files, null, 0, cancellation);
        samples.EmptyBytes = redis.Process.ResidentBytes;
        await redis.LoadAsync(settings.Records, cancellation);
        samples.MemoryWritten.Add(samples.PerRecord(redis.Process.ResidentBytes - samples.EmptyBytes));
        samples.Log.Add(samples.PerRecord(Workspace.BytesIn(files)));
        await redis.RewriteLogAsync(cancellation);
        samples.Snapshot.Add(samples.PerRecord(Workspace.BytesIn(files)));
        return files;
    }
}
