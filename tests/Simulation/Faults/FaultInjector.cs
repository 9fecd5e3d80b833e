using Replication.Kit.Checks;
using System.Runtime.InteropServices;
using Replication.Core.Bootstrapping;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Kit;
using Replication.Simulation.Tests.Clients;
using Replication.Simulation.Tests.Nodes;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Faults;

/// <summary>Lets things go wrong, as the plan has it, and knows which errors of a node that explains.</summary>
internal sealed class FaultInjector(SimulatedCluster cluster)
{
    private readonly Random _random = cluster.Plan.RandomOf("faults");
    private readonly FaultClass[] _classes = [.. cluster.Plan.Faults];
    private readonly Dictionary<string, (int Operations, bool PowerLost)> _deaths = new(StringComparer.Ordinal);
    private bool _over;

    /// <summary>How often each class came to something.</summary>
    public FaultCounts Counts { get; } = new();

    private EventQueue Events => cluster.Events;

    /// <summary>Lets faults happen from now on.</summary>
    public void Begin()
    {
        if (_classes.Length > 0) Next();
    }

    /// <summary>No further faults; what lasts is ended.</summary>
    public void End()
    {
        _over = true;
        cluster.Network.Heal();
        _deaths.Clear();
        foreach (var node in cluster.Nodes)
        {
            node.Disk.Capacity = long.MaxValue;
            if (node.Process is not { } process) continue;
            process.Files.Fault = null;
            process.Files.Misdirected = null;
            process.Continue();
        }
    }

    /// <summary>A process begins: its file operations are watched.</summary>
    public void Arm(NodeProcess process, int start)
    {
        process.Files.Before = operation => BeforeOperation(process, operation);
        // Kills in a row inside recovery: it has to come through in the end all the same.
        if (_over || start == 1 || _random.Next(4) != 0) return;
        if (Has(FaultClass.KillInOperation)) _deaths[process.Name] = (_random.Next(60), PowerLost: false);
        else if (Has(FaultClass.PowerLossInOperation)) _deaths[process.Name] = (_random.Next(60), PowerLost: true);
    }

    /// <summary>Whether an error of a node's files is one that was put there.</summary>
    public bool Explains(SimulatedNode node, Exception failure)
    {
        if ((failure is InstallInterruptedException ? failure.InnerException : failure) is not IOException error) return false;
        if (node.Damage.IsAny) return true;
        if (node.Process?.Files.Fault is { Fired: true }) return true;
        return DiskFullException.IsToldBy(error.InnerException as IOException ?? error) && Counts[FaultClass.DiskFull] > 0;
    }

    /// <summary>Something was noticed that only a fault explains.</summary>
    public void Noticed(FaultClass fault, Exception what)
    {
        if (!Has(fault)) throw new ViolationException("messages arrive as they were sent", what.Message);
    }

    private bool Has(FaultClass fault) => cluster.Plan.Faults.Contains(fault);

    private void Next() => Events.After(cluster.Exponential(cluster.Plan.BetweenFaults, _random), () =>
    {
        if (_over) return;
        Inject(_classes[_random.Next(_classes.Length)]);
        Next();
    });

    private void BeforeOperation(NodeProcess process, FileOperation operation)
    {
        if (_deaths.TryGetValue(process.Name, out var death))
        {
            if (death.Operations > 0) _deaths[process.Name] = death with { Operations = death.Operations - 1 };
            else Die(process, death.PowerLost);
        }
        // On a real node the sessions run beside the log thread: while it syncs they may look at the log.
        if (operation is { Action: FileAction.Sync, Label: FileLabel.Append }) process.Serving?.LogMoved();
    }

    private void Die(NodeProcess process, bool powerLost)
    {
        _deaths.Remove(process.Name);
        Fired(powerLost ? FaultClass.PowerLossInOperation : FaultClass.KillInOperation, process.Name);
        throw new ProcessDiedException(powerLost);
    }

    private void Inject(FaultClass fault)
    {
        var node = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
        switch (fault)
        {
            case FaultClass.Kill or FaultClass.PowerLoss when node.Process is not null:
                Fired(fault, node.Name);
                node.Die(fault == FaultClass.PowerLoss, "injected");
                break;
            case FaultClass.KillInOperation or FaultClass.PowerLossInOperation when node.Process is not null:
                _deaths[node.Name] = (_random.Next(30), fault == FaultClass.PowerLossInOperation);
                break;
            case FaultClass.Pause when node.Process is { } process:
                Fired(fault, node.Name);
                process.Pause();
                Events.After(Between(0.1, 12), process.Continue);
                break;
            case FaultClass.DiskLost when !node.IsPrimary && _random.Next(4) == 0:
                Fired(fault, node.Name);
                node.LoseDisk();
                break;
            case FaultClass.DiskError or FaultClass.SyncError when node.Process is { } process && process.Files.Fault is null:
                process.Files.Fault = new FileFault(_random.Next(1, 15))
                {
                    Action = fault == FaultClass.SyncError ? FileAction.Sync : null,
                    LeavesHalf = _random.Next(2) == 0,
                    Told = () => Fired(fault, node.Name),
                };
                break;
            case FaultClass.DiskFull:
                Fired(fault, node.Name);
                node.Disk.Capacity = node.Disk.Files.Sum(path => (long)node.Disk.Content(path).Length) + _random.Next(cluster.Plan.SegmentBytes * 2);
                Events.After(Between(0.5, 8), () => node.Disk.Capacity = long.MaxValue);
                break;
            case FaultClass.DiskSlow:
                Fired(fault, node.Name);
                cluster.SlowDisk(node, Between(0.5, 10));
                break;
            case FaultClass.BitRot:
                Rot(node);
                break;
            case FaultClass.MisdirectedWrite when !node.IsPrimary && node.Process is { } process && process.Files.Misdirected is null && _random.Next(3) == 0:
                Fired(fault, node.Name);
                process.Files.Misdirected = new MisdirectedWrite(FileLabel.Append, _random.Next(2) == 0 ? -_random.Next(1, 4096) : _random.Next(1, 4096));
                node.Damage.Add(process.Files.Misdirected);
                break;
            case FaultClass.MemoryChanged when !node.IsPrimary && node.Process is { IsOpen: true } process:
                ChangeMemory(node, process);
                break;
            default:
                InjectOnLink(fault);
                break;
        }
    }

    private void InjectOnLink(FaultClass fault)
    {
        var replica = cluster.Nodes[_random.Next(1, cluster.Nodes.Count)];
        var (from, to) = _random.Next(2) == 0 ? (replica.Name, replica.Upstream!.Name) : (replica.Upstream!.Name, replica.Name);
        var network = cluster.Network;
        switch (fault)
        {
            case FaultClass.LinkStall:
                Fired(fault, from);
                network.Stall(from, to);
                network.Stall(to, from);
                Events.After(Between(0.1, 15), () =>
                {
                    network.Resume(from, to);
                    network.Resume(to, from);
                });
                break;
            case FaultClass.OneWayStall:
                Fired(fault, from);
                network.Stall(from, to);
                Events.After(Between(0.1, 15), () => network.Resume(from, to));
                break;
            case FaultClass.LinkBreak when network.Break(from, to) > 0:
                Fired(fault, from);
                break;
            case FaultClass.LinkSlow:
                Fired(fault, from);
                network.Slow(from, to, Between(0.02, 0.6));
                Events.After(Between(1, 10), () => network.Slow(from, to, TimeSpan.Zero));
                break;
            case FaultClass.BytesChanged when !network.IsChangePending(from, to):
                Fired(fault, from);
                network.ChangeNext(from, to);
                break;
            case FaultClass.DuplicateSession when (replica.Process as ReplicaProcess)?.LastHello is { } hello:
                Fired(fault, replica.Name);
                cluster.SendAgain(replica, hello);
                break;
        }
    }

    // The last digit of a balance: whoever reads it before it is noticed reads a number that never was.
    private void ChangeMemory(SimulatedNode node, NodeProcess process)
    {
        using var view = process.Database.OpenView();
        if (Bank.AnyAccount(view, _random) is not { Exists: true } account) return;
        Fired(FaultClass.MemoryChanged, node.Name);
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(account.Value), account.Value.Length)[^1] ^= 1;
        node.IsMemoryChanged = true;
    }

    private void Rot(SimulatedNode node)
    {
        var files = node.Disk.Files.Where(path => (path.EndsWith(".log", StringComparison.Ordinal) || path.Contains("/snapshots/", StringComparison.Ordinal)) && node.Disk.DurableLength(path) > 0).ToArray();
        if (files.Length == 0) return;
        var path = files[_random.Next(files.Length)];
        var offset = OffsetIn(node, path);
        if (offset < 0) return;
        Fired(FaultClass.BitRot, node.Name);
        node.Damage.Flip(node.Disk, path, offset, _random.Next(8));
        cluster.Trace.Add(node.Name, "a bit rots in its files at", offset, detail: path);
    }

    // A rotten bit in the very last batch, nothing else reachable, cannot be told from a torn write (GUARANTEES): on the
    // primary the bit is drawn from what stands before the last mark, which says that it had been synced.
    private long OffsetIn(SimulatedNode node, string path)
    {
        var content = node.Disk.Content(path);
        var length = Math.Min(node.Disk.DurableLength(path), Array.FindLastIndex(content, value => value != 0) + 1);
        if (node.IsPrimary && path.EndsWith(".log", StringComparison.Ordinal) && path == node.Disk.Files.Last(file => file.EndsWith(".log", StringComparison.Ordinal)))
            length = Math.Min(length, LastMark(content, path));
        return length <= 0 ? -1 : _random.NextInt64(length);
    }

    private static long LastMark(byte[] content, string path)
    {
        var salt = SegmentHeader.Read(content, path).Salt;
        for (var offset = content.Length - Mark.Size; offset >= SegmentHeader.Size; offset--)
            if (Mark.TryRead(content.AsSpan(offset), salt, out _))
                return offset;
        return 0;
    }

    private TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + (_random.NextDouble() * (most - least)));

    private void Fired(FaultClass fault, string node)
    {
        Counts.Count(fault);
        cluster.Trace.Add(node, fault.ToString());
    }
}
