using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Core.Following.Retention;

namespace Replication.Node;

/// <summary>Keeps the register of followers on disk, so that log is kept for them over a restart, and removes log that none of them needs any more.</summary>
internal sealed class FollowerKeeper(ReplicationNode node, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger("Replication.Followers");
    private byte[] _saved = FollowerRegister.ToBytes([]);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (node.IsStarted) Keep();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SaveEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            if (node.IsStarted)
                Keep();
    }

    private void Keep()
    {
        try
        {
            var followers = node.Registry.Register();
            var bytes = FollowerRegister.ToBytes(followers);
            if (!bytes.AsSpan().SequenceEqual(_saved)) node.Database.SaveFollowers(followers);
            _saved = bytes;
            if (node.Database.Log is { } lease) node.Database.Prune(node.Registry.Needs(lease.Log));
        }
        catch (IOException failure)
        {
            NodeLog.FollowersNotKept(_logger, failure);
        }
    }
}
