using Replication.Client;

namespace Replication.Server.Demo.Processes;

/// <summary>Keeps a collection equal to the process table, one transaction for all that changed since the last look.</summary>
internal sealed class ProcessChanges(ReplicationClient client, ProcessFolder processes, TimeProvider time)
{
    /// <summary>The collection.</summary>
    public const string Collection = "processes";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private ProcessTable? _table;
    private long _rounds;
    private long _changes;

    /// <summary>Transactions that are committed.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>Puts and deletes in them.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Goes on until it is told to stop; a round that has begun is finished first.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do await LookAsync();
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }

    // Not cancelled in the middle: a commit that was sent and not waited for could still arrive after the digests are compared.
    private async Task LookAsync()
    {
        try
        {
            _table ??= new ProcessTable(await KeysAsync());
            var changes = _table.Update(processes.Read());
            if (changes.Count == 0) return;
            var transaction = new Transaction();
            foreach (var (key, now) in changes)
            {
                if (now is null) transaction.Delete(Collection, key);
                else transaction.Put(Collection, key, now.ToJson());
            }
            (await client.CommitAsync(transaction, CancellationToken.None)).EnsureCommitted();
            Volatile.Write(ref _changes, _changes + changes.Count);
            Volatile.Write(ref _rounds, _rounds + 1);
        }
        catch (ReplicationException)
        {
            // The primary is away: the next look begins with what it holds then.
            _table = null;
        }
    }

    private async Task<List<string>> KeysAsync()
    {
        try
        {
            return await client.ScanAsync(Collection).Select(static record => record.Key).ToListAsync();
        }
        catch (ReplicationException failure) when (failure.Code == ReplicationErrorCode.UnknownCollection)
        {
            return [];
        }
    }
}
