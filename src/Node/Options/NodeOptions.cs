using System.Collections.Immutable;
using Replication.Node.Roles;

namespace Replication.Node.Options;

/// <summary>How a node is set up. Section <c>Replication</c> of the configuration.</summary>
public sealed class NodeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Replication";

    /// <summary>What the node does. Default: primary, or replica when <see cref="Primary"/> is set.</summary>
    public NodeRole? Role { get; set; }

    /// <summary>The node's name, for people; 1 to 255 characters. Default: the last part of <see cref="Data"/>.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>The data directory. Default <c>./data/primary</c> or <c>./data/replica</c>.</summary>
    public string Data { get; set; } = string.Empty;

    /// <summary>Allows a new database in a directory that exists and is empty. Default false.</summary>
    public bool Init { get; set; }

    /// <summary>Where gRPC is served, HTTP/2 without TLS. Default <c>http://127.0.0.1:7400</c>, of a replica <c>http://127.0.0.1:7410</c>. Port 0 takes a free one.</summary>
    public Uri? Listen { get; set; }

    /// <summary>
    /// For replicas: gRPC address of the node to follow, or up to 16 addresses separated by commas, of which the first is
    /// preferred and the next ones are tried while it cannot be followed.
    /// </summary>
    public string Primary { get; set; } = string.Empty;

    /// <summary>gRPC address of the node that a replica fetches snapshots from, another replica for instance, so that its upstream does not have to send them. Default: the node that it follows.</summary>
    public Uri? BootstrapFrom { get; set; }

    /// <summary>Whether a replica asks to be listed as a voter. Default false.</summary>
    public bool Standby { get; set; }

    /// <summary>Bytes of a value, 1 KiB to 64 MiB. Default 1 MiB.</summary>
    public int MaxValueBytes { get; set; } = 1024 * 1024;

    /// <summary>Bytes of a transaction in the log, 1 KiB to 128 MiB. Default 16 MiB.</summary>
    public int MaxTransactionBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes of a segment file, 1 MiB to 1 GiB. Default 64 MiB.</summary>
    public int SegmentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes of log kept for a replica that is behind or away; never more than half of the disk. Default 1 GiB.</summary>
    public long RetainBytes { get; set; } = 1L << 30;

    /// <summary>Bytes of the newest log that are kept in memory, one copy for all live replicas, 0 to 1 GiB. Default 8 MiB.</summary>
    public int RecentLogBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>For how long log is kept for a replica that is away, up to 365 days. Default 24 h.</summary>
    public TimeSpan RetainTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A snapshot is written when so many bytes of log stand behind the last one. Default 256 MiB; 0: only when asked for.</summary>
    public long SnapshotEveryBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Nodes that may fetch a snapshot here at the same time, 1 to 64; the others wait while their log streams. Default 4.</summary>
    public int SnapshotTransfers { get; set; } = 4;

    /// <summary>Bytes of snapshots sent in a second, to all together, so that the link stays free for the stream. Default 0: no limit.</summary>
    public long SnapshotRate { get; set; }

    /// <summary>A replica is ready while its data is no older than this, 10 ms to 24 h. Default 5 s.</summary>
    public TimeSpan ReadyLag { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A replica is ready while its upstream was heard of within this time, 1.5 s to 24 h; heartbeats come every second. Default 3 s.</summary>
    public TimeSpan ReadySilence { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Bytes of memory for records and indexes, at least 1 MiB: beyond them a primary accepts only deletes, while reads and streams go
    /// on. Default 0: three quarters of the memory that the process may use.
    /// </summary>
    public long MaxMemoryBytes { get; set; }

    /// <summary>A view of the data, or a scan, that is open for longer is closed, because it keeps the memory of everything that is replaced meanwhile; 1 s to 365 days. Default 10 min; 0: never.</summary>
    public TimeSpan MaxViewAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Connections to the gRPC address at the same time, and as many to the HTTP address of <c>replicad</c>, 16 to 1,000,000; further ones are
    /// closed at once. Never more than the process has handles for. Default 10,000.
    /// </summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>gRPC calls of clients and replicas at the same time, those that wait included, 16 to 1,000,000; further ones are BUSY. Operators' calls are apart. Default 16,384.</summary>
    public int MaxCalls { get; set; } = 16_384;

    /// <summary>
    /// Bytes of requests that are being received and of answers that are not read yet, all calls together, 32 MiB to 64 GiB; beyond them calls are BUSY.
    /// At least four times <see cref="MaxTransactionBytes"/> in any case. Default 256 MiB.
    /// </summary>
    public long MaxCallMemoryBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>How long a message of a client may take from its beginning until it is whole, 100 ms to 1 h. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to read one message of an answer, 100 ms to 1 h; then the call is ended. Default 60 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The default of <see cref="Data"/>.</summary>
    public static string DefaultData(NodeRole role) => role == NodeRole.Primary ? "./data/primary" : "./data/replica";

    /// <summary>The default of <see cref="Listen"/>.</summary>
    public static Uri DefaultListen(NodeRole role) => new(role == NodeRole.Primary ? "http://127.0.0.1:7400" : "http://127.0.0.1:7410");

    internal long EffectiveMaxMemoryBytes => MaxMemoryBytes > 0 ? MaxMemoryBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    internal long EffectiveMaxCallMemoryBytes => Math.Max(MaxCallMemoryBytes, 4L * MaxTransactionBytes);

    internal NodeRole EffectiveRole => Role ?? (string.IsNullOrWhiteSpace(Primary) ? NodeRole.Primary : NodeRole.Replica);

    internal string EffectiveData => Data.Length > 0 ? Data : DefaultData(EffectiveRole);

    internal string EffectiveName => Name.Length > 0 ? Name : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(EffectiveData)));

    internal ImmutableArray<Uri> Upstreams => UpstreamAddresses.Parse(Primary) ?? [];

    internal Uri EffectiveListen => Listen ?? DefaultListen(EffectiveRole);
}
