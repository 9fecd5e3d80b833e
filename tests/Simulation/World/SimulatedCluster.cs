using Replication.Core.Following;
using Replication.Kit;
using Replication.Kit.Network;
using Replication.Simulation.Tests.Checks;
using Replication.Simulation.Tests.Clients;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.Nodes;
using Replication.Simulation.Tests.Plans;

namespace Replication.Simulation.Tests.World;

/// <summary>
/// A whole cluster on one thread: the production state machines on simulated disks, networks and time, clients that
/// write and read, faults, and the checks. The same plan gives the same run.
/// </summary>
internal sealed class SimulatedCluster
{
    private static readonly TimeSpan UsualDiskDelay = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan SlowDiskDelay = TimeSpan.FromMilliseconds(800);

    private readonly Random _random;
    private readonly Dictionary<SimulatedNode, TimeSpan> _slowUntil = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Dictionary<ulong, (TimeSpan First, TimeSpan Last)> _followed = [];
    private bool _isHealed;

    public SimulatedCluster(SimulationPlan plan)
    {
        Plan = plan;
        _random = plan.RandomOf("world");
        Trace = new Trace(() => Events.Now);
        Network = new SimulatedNetwork(Events, plan.RandomOf("network"));
        _nodes.Add(new SimulatedNode(this, "primary", null));
        foreach (var upstream in plan.Upstreams) _nodes.Add(new SimulatedNode(this, $"replica-{_nodes.Count}", _nodes[upstream]));
        Faults = new FaultInjector(this);
    }

    public SimulationPlan Plan { get; }

    public EventQueue Events { get; } = new();

    public SimulatedNetwork Network { get; }

    public Trace Trace { get; }

    public History History { get; } = new();

    public FaultInjector Faults { get; }

    /// <summary>The primary first.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public SimulatedNode Primary => _nodes[0];

    /// <summary>Chunks that were fetched.</summary>
    public long ChunksStored { get; set; }

    /// <summary>Chunks that a bootstrap found from an attempt before it.</summary>
    public long ChunksFound { get; set; }

    /// <summary>Snapshots that replicas began from.</summary>
    public long Installs { get; private set; }

    /// <summary>Sessions that went on where they had been.</summary>
    public long Resumes { get; private set; }

    /// <summary>Runs it to its end.</summary>
    public SimulationResult Run()
    {
        Violation? violation = null;
        try
        {
            foreach (var node in _nodes) node.StartAfter(TimeSpan.FromMilliseconds(_random.Next(1000)));
            for (var i = 0; i < Plan.Writers; i++) new Writer(this, i).Begin();
            new Reader(this).Begin();
            Faults.Begin();
            Events.RunUntil(Plan.SafetyPhase, () => false);
            Heal();
            Events.RunUntil(Plan.SafetyPhase + Plan.LivenessLimit, IsWhole);
            CheckEnd();
        }
        catch (Violation broken)
        {
            violation = broken;
        }
        catch (Exception failure)
        {
            violation = new Violation("the product does not fail by itself", failure.ToString());
        }
        return new SimulationResult(Plan, violation, Events.Now, Events.Happened, Trace, Faults.Counts, History.Counts)
        {
            ChunksStored = ChunksStored,
            ChunksFound = ChunksFound,
            Installs = Installs,
            Resumes = Resumes,
        };
    }

    public TimeSpan MaxDiskDelay(SimulatedNode node) => _slowUntil.GetValueOrDefault(node) > Events.Now ? SlowDiskDelay : UsualDiskDelay;

    public void SlowDisk(SimulatedNode node, TimeSpan time) => _slowUntil[node] = Events.Now + time;

    public static TimeSpan RestartPause(Random random) => TimeSpan.FromMilliseconds(100 + random.Next(3000));

    public TimeSpan Exponential(TimeSpan mean, Random? random = null) => TimeSpan.FromTicks(1 + (long)(-Math.Log(1 - (random ?? _random).NextDouble()) * mean.Ticks));

    /// <summary>A node answered a Hello.</summary>
    public void Answered(SimulatedNode node, Hello hello, FollowAnswer answer)
    {
        if (answer is FollowAnswer.Resume) Resumes++;
        if (answer is FollowAnswer.NeedSnapshot) CheckRetention(node, hello);
        if (answer is FollowAnswer.Diverged diverged) throw new Violation("replicas never part from a primary that lost nothing", $"{node.Name} to {hello.NodeName}: {diverged.Fork}");
        if (answer is FollowAnswer.Refused { Reason: not (RefusalReason.NotReady or RefusalReason.Clone or RefusalReason.Behind) } refused && !_nodes.Any(other => other.Damage.IsAny))
            throw new Violation("nobody is refused without a reason", $"{node.Name} to {hello.NodeName}: {refused.Message}");
    }

    /// <summary>A replica acknowledged on a session.</summary>
    public void Followed(SimulatedNode upstream, ulong nodeId)
    {
        if (!upstream.IsPrimary) return;
        var first = _followed.TryGetValue(nodeId, out var known) ? known.First : Events.Now;
        _followed[nodeId] = (first, Events.Now);
    }

    // The log is kept for a replica that followed long enough to be registered and is well within its budget.
    private void CheckRetention(SimulatedNode node, Hello hello)
    {
        if (!node.IsPrimary || hello.Durable.Index == 0 || node.Damage.IsAny || Plan.Faults.Contains(FaultClass.DiskFull)) return;
        if (!_followed.TryGetValue(hello.NodeId, out var followed) || followed.Last - followed.First < TimeSpan.FromSeconds(8) || Events.Now - followed.Last > TimeSpan.FromSeconds(15)) return;
        History.Counts.Retained++;
        if (History.BytesBehind(hello.Durable.Index) < Plan.RetainBytes / 4)
            throw new Violation("the log is kept for replicas within their budget", $"{hello.NodeName} at {hello.Durable.Index} of {History.Durable}");
    }

    /// <summary>A replica began from a snapshot.</summary>
    public void Installed(SimulatedNode node) => Installs++;

    /// <summary>A Hello of a replica comes to its upstream once more, over a connection that nobody reads.</summary>
    public void SendAgain(SimulatedNode replica, byte[] hello) => Network.Connect(replica.Name, replica.Upstream!.Name, SimulatedServing.FollowService, endpoint =>
    {
        if (endpoint is null) return;
        var stream = new MessageStream(endpoint, _ => { }, () => { });
        stream.Send(hello);
        Events.After(TimeSpan.FromSeconds(_random.Next(1, 8)), stream.Close);
    });

    private void Heal()
    {
        Trace.Add("cluster", "is healed");
        Faults.End();
        _slowUntil.Clear();
        _isHealed = true;
        foreach (var node in _nodes.Where(node => node.Process is null)) node.StartAfter(TimeSpan.Zero);
    }

    // Writers write on for a while after the healing; then everybody has to come to the same end.
    private bool IsWhole() => _isHealed && Events.Now > Plan.SafetyPhase + TimeSpan.FromSeconds(5) && Unequal() is null;

    private string? Unequal()
    {
        if (Primary.Process is not { IsOpen: true } primary) return "the primary does not run";
        if (primary.Database.State.Index != History.Durable) return $"the primary shows {primary.Database.State.Index} of {History.Durable}";
        foreach (var node in _nodes.Skip(1))
        {
            if (node.Process is not { IsOpen: true } process) return $"{node.Name} does not run";
            if (process.Database.State.Index != History.Durable) return $"{node.Name} shows {process.Database.State.Index} of {History.Durable}";
            if (process.Database.Log is not { } lease || lease.Log.Durable.Index != History.Durable) return $"{node.Name} has not synced everything";
        }
        return null;
    }

    private void CheckEnd()
    {
        if (Unequal() is { } unequal) throw new Violation("a healed cluster becomes whole", $"after {Plan.LivenessLimit.TotalMinutes} minutes {unequal}");
        foreach (var node in _nodes) History.CheckContent(node.Name, node.Process!.Database.State);
        if (_nodes.Select(node => node.Process!.Database.State.Digest).Distinct().Count() != 1) throw new Violation("equal digests at equal positions", "at the end");
        History.CheckCalls();
        if (History.Counts.Committed == 0) throw new Violation("a healed cluster takes writes", "nothing was ever committed");
    }
}
