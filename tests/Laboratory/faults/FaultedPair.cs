using Replication.Client;
using Replication.Kit.Checks;
using Replication.ProcessKit;
using Replication.ProcessKit.Recording;
using Replication.Testing;

namespace Replication.Faults;

/// <summary>A primary and a replica with small segments, under a recorded load, whose logs are kept whole for the checks at the end.</summary>
internal sealed class FaultedPair : IAsyncDisposable
{
    private const string SmallSegments = "1048576";

    private readonly string _root = Directory.CreateTempSubdirectory("replication-faults-").FullName;
    private readonly LogArchive _archive;

    /// <param name="seed">What the load does follows from it.</param>
    /// <param name="primaryDisk">Where the primary keeps its data; a folder of its own by default.</param>
    /// <param name="replicaDisk">Where the replica keeps its data; a folder of its own by default.</param>
    public FaultedPair(int seed, string? primaryDisk = null, string? replicaDisk = null)
    {
        Primary = new NodeProcess("primary", Path.Combine(primaryDisk ?? _root, "primary"), null, null, "--segment", SmallSegments, "--retain", "0");
        Replica = new NodeProcess("replica", Path.Combine(replicaDisk ?? _root, "replica"), Primary.Address, null, "--segment", SmallSegments);
        Load = new RecordedLoad(Primary.Address, [Primary.Address, Replica.Address], seed);
        _archive = new LogArchive(Primary.Data, Path.Combine(_root, "archive"));
    }

    public NodeProcess Primary { get; }

    public NodeProcess Replica { get; }

    public RecordedLoad Load { get; }

    public string File(string name) => Path.Combine(_root, name);

    public async Task StartAsync()
    {
        await Primary.StartReadyAsync();
        await Replica.StartReadyAsync();
        Load.Start();
    }

    /// <summary>Has a node write a snapshot, and remove what is not needed any more; nothing happens when it is away.</summary>
    public async Task SnapshotAsync(NodeProcess node)
    {
        _archive.Keep();
        await using var client = node.NewClient();
        try
        {
            await client.TakeSnapshotAsync();
        }
        catch (ReplicationException)
        {
            // It was killed, or has nothing yet.
        }
    }

    /// <summary>Has a node work until it stands still or ends, which it has been ordered to do at a step: under load, or idle where that is what it takes.</summary>
    public async Task MeetAsync(NodeProcess node, string step)
    {
        if (step.StartsWith("IdleMark/", StringComparison.Ordinal)) Load.Rest();
        await Eventually.HoldsAsync($"{step} is met", async () =>
        {
            if (node.HasEnded || node.IsStopped) return true;
            await SnapshotAsync(node);
            return node.HasEnded || node.IsStopped;
        }, NodeProcess.Patience, () => node.Output[^Math.Min(node.Output.Length, 4_000)..]);
        Load.GoOn();
    }

    /// <summary>The history that a copy of the primary's log tells.</summary>
    public History ReadHistory(string log) => LogFolder.ReadHistory(log, _archive.Folder);

    /// <summary>Ends the load, holds both nodes against each other, and everything that clients were told against the primary's log.</summary>
    public async Task CheckAsync()
    {
        await Load.GetsOnAsync();
        await Load.StopAsync();
        await using var primary = Primary.NewClient();
        await using var replica = Replica.NewClient();
        await Agreement.CheckAsync(Primary, [Replica]);
        await Load.ReadAllAsync(primary);
        await Load.ReadAllAsync(replica);
        await Primary.KillAsync();
        var checks = Load.CheckAgainst(_archive.ReadHistory());
        Assert.True(checks is { Committed: > 0, Rejected: > 0, Reads: > 0, Contents: >= 6 }, $"{checks.Committed} commits, {checks.Rejected} rejected, {checks.Reads} reads, {checks.Contents} scans");
    }

    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
