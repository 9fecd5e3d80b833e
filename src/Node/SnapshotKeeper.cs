using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Core.Following;
using Replication.Node.Options;

namespace Replication.Node;

/// <summary>Writes a snapshot whenever enough log stands behind the last one, in either role.</summary>
internal sealed class SnapshotKeeper(ReplicationNode node, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger("Replication.Snapshots");
    private readonly NodeOptions _options = node.Options;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.SnapshotEveryBytes == 0) return;
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!IsDue()) continue;
            try
            {
                await node.Snapshots.TakeAsync(stoppingToken);
            }
            // Among them that there is nothing to write just now: a bootstrap replaces the data, or the node stops.
            catch (Exception failure) when (failure is IOException or RpcException)
            {
                NodeLog.SnapshotFailed(_logger, failure);
            }
        }
    }

    private bool IsDue()
    {
        // Without a state to show there is nothing to write: it is taken back, or not there yet.
        if (!node.IsStarted || node.Database.Log is not { } lease || node.Database.State.Index == 0 || node.Database.Standing != DigestStanding.Sound) return false;
        var last = node.Database.Snapshots.NewestFirst is [var newest, ..] ? newest.Position.Index : 0;
        return last + 1 < lease.Log.FirstIndex || lease.Log.BytesBehind(last) >= _options.SnapshotEveryBytes;
    }
}
