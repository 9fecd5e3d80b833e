using System.Globalization;
using System.Text;
using Replication.Client;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Load;

/// <summary>One client of the vault: one transfer behind the other.</summary>
internal sealed class Teller(ReplicationClient client, int number, Random random, TimeSpan? pause)
{
    private const int MostMoney = 50;

    // Calls to a node that is away fail at once.
    private static readonly TimeSpan PauseOfFailure = TimeSpan.FromMilliseconds(20);

    private readonly string _receipt = string.Create(CultureInfo.InvariantCulture, $"teller-{number}");
    private readonly List<long> _unknown = [];
    private long _sequence;
    private long _acknowledged;
    private long _transfers;
    private long _unknowns;
    private long _rejected;
    private long _failed;

    public long Transfers => Interlocked.Read(ref _transfers);

    public long Unknown => Interlocked.Read(ref _unknowns);

    public long Rejected => Interlocked.Read(ref _rejected);

    public long Failed => Interlocked.Read(ref _failed);

    public async Task RunAsync(Latencies latencies, CancellationToken stop)
    {
        using var failed = new PeriodicTimer(PauseOfFailure);
        using var paced = pause is { } each ? new PeriodicTimer(each) : null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TransferAsync(latencies);
                if (paced is not null) await paced.WaitForNextTickAsync(CancellationToken.None);
            }
            catch (ReplicationException)
            {
                Interlocked.Increment(ref _failed);
                await failed.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    public async Task CheckReceiptAsync(ReplicationClient node, ReadOptions? read)
    {
        var found = await node.GetAsync(Vault.Receipts, _receipt, read);
        var shown = SequenceOf(found);
        if (shown != _acknowledged && !_unknown.Contains(shown))
            throw new ViolationException("what was answered is there, and nothing that was refused", $"{node.Address} shows receipt {shown} of {_receipt} at {found.Stamp.Position}; {_acknowledged} was the last that was answered, unknown behind it are [{string.Join(", ", _unknown)}]");
    }

    private static long SequenceOf(ReadResult receipt) => receipt.Found ? long.Parse(Encoding.UTF8.GetString(receipt.Value.Span), CultureInfo.InvariantCulture) : 0;

    private async Task TransferAsync(Latencies latencies)
    {
        var (from, to) = (random.Next(Vault.Accounts), random.Next(Vault.Accounts - 1));
        if (to >= from) to++;
        var before = await client.BatchGetAsync([new(Vault.Collection, Vault.Key(from)), new(Vault.Collection, Vault.Key(to)), new(Vault.Receipts, _receipt)], cancellation: CancellationToken.None);
        Learn(SequenceOf(before.Items[2]));
        var amount = random.Next(1, MostMoney);
        var sequence = ++_sequence;
        var transfer = new Transaction()
            .Put(Vault.Collection, Vault.Key(from), Vault.Document(from, Vault.BalanceOf(before.Items[0].Value) - amount), Condition.UnchangedSince(before.Items[0].Written))
            .Put(Vault.Collection, Vault.Key(to), Vault.Document(to, Vault.BalanceOf(before.Items[1].Value) + amount), Condition.UnchangedSince(before.Items[1].Written))
            .Put(Vault.Receipts, _receipt, sequence.ToString(CultureInfo.InvariantCulture), before.Items[2].Found ? Condition.UnchangedSince(before.Items[2].Written) : Condition.Absent);
        await CommitAsync(transfer, sequence, latencies);
    }

    private async Task CommitAsync(Transaction transfer, long sequence, Latencies latencies)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var result = await client.CommitAsync(transfer, CancellationToken.None);
            latencies.Add(TimeProvider.System.GetElapsedTime(began));
            if (!result.IsCommitted)
            {
                Interlocked.Increment(ref _rejected);
                return;
            }
            Acknowledge(sequence);
            Interlocked.Increment(ref _transfers);
        }
        catch (Exception unknown) when (unknown is CommitUnknownException or CommitForgottenException)
        {
            _unknown.Add(sequence);
            Interlocked.Increment(ref _unknowns);
        }
    }

    // The primary shows it: one that was unknown has taken effect, those before it have not and cannot any more.
    private void Learn(long shown)
    {
        if (shown == _acknowledged) return;
        if (!_unknown.Contains(shown)) throw new ViolationException("what was answered is there, and nothing that was refused", $"the primary shows receipt {shown} of {_receipt}; {_acknowledged} was the last that was answered, unknown behind it are [{string.Join(", ", _unknown)}]");
        Acknowledge(shown);
    }

    private void Acknowledge(long sequence)
    {
        _acknowledged = sequence;
        _unknown.RemoveAll(unknown => unknown <= sequence);
    }
}
