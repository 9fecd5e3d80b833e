using Microsoft.Extensions.Options;
using Replication.Node.Roles;

namespace Replication.Node.Options;

/// <summary>Checks a node's options at start; each message names the key and the fix.</summary>
internal sealed class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;
    private const int MostTransfers = 64;
    private const long LowestRate = 64 * KiB;
    private const int FewestConnections = 16;
    private const int MostConnections = 1_000_000;
    private const long MostCallMemory = 64L * 1024 * MiB;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestLag = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(365);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var failures = new List<string>();
        Check(options.EffectiveName.Length is >= 1 and <= 255, nameof(options.Name), "has to have 1 to 255 characters");
        Check(options.EffectiveListen is { Scheme: "http", AbsolutePath: "/" }, nameof(options.Listen), "has to be like http://127.0.0.1:7400");
        var upstreams = UpstreamAddresses.Parse(options.Primary);
        Check(upstreams is not null, nameof(options.Primary), UpstreamAddresses.Form);
        Check(options.EffectiveRole == NodeRole.Primary || upstreams is not { IsEmpty: true }, nameof(options.Primary), "has to name the node to follow, like http://127.0.0.1:7400");
        Check(options.EffectiveRole == NodeRole.Replica || upstreams is null or { IsEmpty: true }, nameof(options.Primary), "is for replicas only; leave it out or set Role to Replica");
        Check(options.MaxValueBytes is >= KiB and <= 64 * MiB, nameof(options.MaxValueBytes), "has to be 1 KiB to 64 MiB");
        Check(options.MaxTransactionBytes is >= KiB and <= 128 * MiB, nameof(options.MaxTransactionBytes), "has to be 1 KiB to 128 MiB");
        Check(options.MaxTransactionBytes >= options.MaxValueBytes, nameof(options.MaxTransactionBytes), "has to be at least MaxValueBytes");
        Check(options.SegmentBytes is >= MiB and <= 1024 * MiB, nameof(options.SegmentBytes), "has to be 1 MiB to 1 GiB");
        Check(options.RetainBytes >= 0, nameof(options.RetainBytes), "cannot be negative");
        Check(options.RecentLogBytes is >= 0 and <= 1024 * MiB, nameof(options.RecentLogBytes), "has to be 0 to 1 GiB");
        Check(options.RetainTime >= TimeSpan.Zero && options.RetainTime <= LongestRetention, nameof(options.RetainTime), "has to be 00:00:00 to 365.00:00:00");
        Check(options.SnapshotEveryBytes >= 0, nameof(options.SnapshotEveryBytes), "cannot be negative");
        Check(options.BootstrapFrom is null or { Scheme: "http" or "https" }, nameof(options.BootstrapFrom), "has to be like http://127.0.0.1:7400");
        Check(options.EffectiveRole == NodeRole.Replica || options.BootstrapFrom is null, nameof(options.BootstrapFrom), "is for replicas only; leave it out");
        Check(options.SnapshotTransfers is >= 1 and <= MostTransfers, nameof(options.SnapshotTransfers), "has to be 1 to 64");
        Check(options.SnapshotRate is 0 or >= LowestRate, nameof(options.SnapshotRate), "has to be 0 for no limit, or at least 65536 bytes a second");
        Check(options.ReadyLag >= ShortestLag && options.ReadyLag <= LongestLimit, nameof(options.ReadyLag), "has to be 00:00:00.010 to 1.00:00:00");
        Check(options.ReadySilence >= ShortestSilence && options.ReadySilence <= LongestLimit, nameof(options.ReadySilence), "has to be 00:00:01.5 to 1.00:00:00: heartbeats come every second");
        Check(options.MaxMemoryBytes is 0 or >= MiB, nameof(options.MaxMemoryBytes), "has to be 0 for three quarters of the memory, or at least 1 MiB");
        Check(options.MaxViewAge == TimeSpan.Zero || (options.MaxViewAge >= TimeSpan.FromSeconds(1) && options.MaxViewAge <= LongestRetention), nameof(options.MaxViewAge), "has to be 00:00:00 for no limit, or 00:00:01 to 365.00:00:00");
        Check(options.MaxConnections is >= FewestConnections and <= MostConnections, nameof(options.MaxConnections), "has to be 16 to 1000000");
        Check(options.MaxCalls is >= FewestConnections and <= MostConnections, nameof(options.MaxCalls), "has to be 16 to 1000000");
        Check(options.MaxCallMemoryBytes is >= 32 * MiB and <= MostCallMemory, nameof(options.MaxCallMemoryBytes), "has to be 32 MiB to 64 GiB");
        Check(options.RequestTimeout >= ShortestTimeout && options.RequestTimeout <= LongestTimeout, nameof(options.RequestTimeout), "has to be 00:00:00.100 to 01:00:00");
        Check(options.AnswerTimeout >= ShortestTimeout && options.AnswerTimeout <= LongestTimeout, nameof(options.AnswerTimeout), "has to be 00:00:00.100 to 01:00:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool holds, string key, string rule)
        {
            if (!holds) failures.Add($"{NodeOptions.Section}:{key} {rule}.");
        }
    }
}
