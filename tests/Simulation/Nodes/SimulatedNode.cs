using Replication.Kit.Checks;
using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Kit;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>A machine: a disk that stays, and a process that comes and goes. Its operator starts the process again when it died.</summary>
internal sealed class SimulatedNode
{
    public const string Directory = "/data";

    private readonly SimulatedCluster _cluster;
    private readonly Random _random;
    private int _starts;
    private bool _startPending;

    public SimulatedNode(SimulatedCluster cluster, string name, bool isPrimary)
    {
        _cluster = cluster;
        IsPrimary = isPrimary;
        _random = cluster.Plan.RandomOf(name);
        Name = name;
    }

    public string Name { get; }

    /// <summary>Whom it may follow, the preferred one first; none for the primary.</summary>
    public IReadOnlyList<SimulatedNode> Upstreams { get; set; } = [];

    /// <summary>Which of them it follows now, or tries to.</summary>
    public int Choice { get; set; }

    /// <summary>Whom it follows now, or tries to; null for the primary.</summary>
    public SimulatedNode? Upstream => IsPrimary ? null : Upstreams[Choice];

    public bool IsPrimary { get; }

    public MemoryDisk Disk { get; private set; } = new();

    /// <summary>Null while none runs.</summary>
    public NodeProcess? Process { get; private set; }

    public PrimaryProcess? Primary => Process as PrimaryProcess;

    /// <summary>What rotted or went astray on this disk: from then on the node may refuse it.</summary>
    public DiskDamage Damage { get; } = new();

    /// <summary>Whether a bit changed in its process's memory, and that was not noticed yet.</summary>
    public bool IsMemoryChanged { get; set; }

    /// <summary>How long a write with its sync takes.</summary>
    public TimeSpan DiskDelay => TimeSpan.FromTicks(1 + _random.NextInt64(_cluster.MaxDiskDelay(this).Ticks));

    /// <summary>How wrong its clock is; drawn at each start.</summary>
    public TimeSpan ClockSkew { get; private set; }

    /// <summary>Starts the process after a pause, as an operator or a service manager does.</summary>
    public void StartAfter(TimeSpan pause)
    {
        if (_startPending) return;
        _startPending = true;
        _cluster.Events.After(pause, () =>
        {
            _startPending = false;
            if (Process is null) Start();
        });
    }

    /// <summary>The process is no more. On a lost power the disk keeps what it keeps.</summary>
    public void Die(bool powerLost, string why)
    {
        if (Process is not { } process) return;
        _cluster.Trace.Add(Name, powerLost ? "loses power" : "dies", detail: why);
        Process = null;
        IsMemoryChanged = false;
        process.End();
        _cluster.Network.Gone(Name, silently: powerLost);
        if (powerLost) Disk = Disk.AfterPowerLoss(new RandomPowerLoss(_random));
        StartAfter(SimulatedCluster.RestartPause(_random));
    }

    /// <summary>The machine is replaced: the disk is empty.</summary>
    public void LoseDisk()
    {
        Die(powerLost: true, "the disk is lost");
        Disk = new MemoryDisk();
        Damage.Clear();
    }

    private void Start()
    {
        var files = new MemoryFileSystem(Disk) { KeepsJournal = false };
        var environment = new DatabaseEnvironment(
            files, new SeededEntropy(_random), (directory, bytes) => new InlineSegmentSupply(files, directory, bytes));
        ClockSkew = TimeSpan.FromSeconds(_random.Next(-3600, 3601));
        NodeProcess process = IsPrimary ? new PrimaryProcess(_cluster, this, files) : new ReplicaProcess(_cluster, this, files);
        Process = process;
        process.Run(() =>
        {
            _cluster.Faults.Arm(process, ++_starts);
            var plan = _cluster.Plan;
            var options = new DatabaseOptions(Directory)
            {
                Log = new LogOptions { SegmentBytes = plan.SegmentBytes, RetainBytes = plan.RetainBytes, RecentBytes = plan.RecentBytes },
                ChunkBytes = plan.ChunkBytes,
                DigestsRemembered = 256,
            };
            process.Open(LocalDatabase.Open(environment, options, withHistory: IsPrimary));
            _cluster.Trace.Add(Name, "starts", process.Database.State.Index, process.Database.Log?.Log.Durable.Index ?? 0);
            process.Begin();
        });
    }

    /// <summary>The process ended by an error of its own.</summary>
    public void Failed(Exception failure)
    {
        var isRefusal = failure is DataDirectoryException or LogDamagedException || Process?.IsOpen == false;
        if (!_cluster.Faults.Explains(this, failure)) throw new ViolationException("nodes run on sound disks", $"{Name}: {failure}");
        Die(powerLost: false, failure.Message);
        if (isRefusal && Damage.IsAny) Repair();
    }

    // A primary's files are put back as they were: it is the only one that has everything. A replica begins anew.
    private void Repair()
    {
        _cluster.Trace.Add(Name, "is repaired by its operator");
        if (!IsPrimary || !Damage.TryUndo(Disk)) Disk = new MemoryDisk();
        Damage.Clear();
    }
}
