using Replication.Client;
using Replication.Core.IO;
using Replication.Protos.V1;

namespace Replication.Cli.Following;

/// <summary>Sessions that follow a node side by side, each over a connection of its own as replicas have, from one place.</summary>
internal sealed class FollowGroup : IAsyncDisposable
{
    /// <summary>Sessions that connect at the same time.</summary>
    private const int Opening = 32;

    private readonly SemaphoreSlim _opening = new(Opening);
    private readonly List<FollowSession> _sessions = [];
    private int _open;

    /// <summary>How many are open.</summary>
    internal int Open => Volatile.Read(ref _open);

    /// <summary>What each has taken in.</summary>
    internal IEnumerable<FollowTally> Tallies => _sessions.Select(session => session.Tally);

    /// <summary>Adds a session; nothing is sent yet.</summary>
    internal void Add(ReplicationClient client, LocateResponse start, IEntropy entropy, long maxEntries, FollowSink sink, TimeProvider time) =>
        _sessions.Add(new FollowSession(client, FollowSelf.New(entropy, _sessions.Count + 1), start, maxEntries, sink, time));

    /// <summary>Returns when every session has ended as asked; the first one that fails ends the others and is thrown.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll([.. _sessions.Select(session => RunAsync(session, ending))]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync();
        _opening.Dispose();
    }

    private async Task RunAsync(FollowSession session, CancellationTokenSource ending)
    {
        try
        {
            await _opening.WaitAsync(ending.Token);
            try
            {
                await session.OpenAsync(ending.Token);
            }
            finally
            {
                _opening.Release();
            }
            Interlocked.Increment(ref _open);
            await session.RunAsync(ending.Token);
        }
        catch
        {
            await ending.CancelAsync();
            throw;
        }
    }
}
