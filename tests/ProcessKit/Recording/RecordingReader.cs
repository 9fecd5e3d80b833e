using System.Globalization;
using Replication.Client;

namespace Replication.ProcessKit.Recording;

/// <summary>A client that reads on one node: records, accounts at one position, whole collections, and never behind what it has seen.</summary>
internal sealed class RecordingReader(ReplicationClient client, Ledger ledger, int number, Random random)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);
    private static readonly string[] Collections = ["orders", "customers", Bank.Collection];

    private readonly string _name = $"reader {number.ToString(CultureInfo.InvariantCulture)} on {client.Address.Authority}";
    private LogPosition? _seen;

    public async Task ReadOnceAsync(CancellationToken cancellation)
    {
        try
        {
            await (random.Next(20) switch
            {
                0 => ScanAsync(Collections[random.Next(Collections.Length)], cancellation),
                < 8 => ReadAccountsAsync(cancellation),
                _ => ReadAsync(Collections[random.Next(2)], string.Create(CultureInfo.InvariantCulture, $"k{random.Next(60)}"), cancellation),
            });
        }
        catch (ReplicationException)
        {
            // Away, loading, too stale, or no such collection yet: no answer, so nothing to hold it to.
        }
    }

    /// <summary>Reads a whole collection as the node shows it now.</summary>
    public async Task ScanAsync(string collection, CancellationToken cancellation)
    {
        var records = new List<(string, ReadOnlyMemory<byte>, long)>();
        LogPosition at = default;
        await foreach (var page in client.ScanPagesAsync(collection, cancellation: cancellation))
        {
            at = page.Stamp.Position;
            foreach (var record in page.Records) records.Add((record.Key, record.Value, (long)record.Written.Index));
        }
        if (at != default) ledger.Scan(new RecordedScan(_name, Positions.ToCore(at), collection, records));
    }

    private async Task ReadAsync(string collection, string key, CancellationToken cancellation)
    {
        var least = _seen;
        var read = await client.GetAsync(collection, key, Requirement(least), cancellation);
        Record(least, collection, key, read);
    }

    private async Task ReadAccountsAsync(CancellationToken cancellation)
    {
        var least = _seen;
        var accounts = await client.BatchGetAsync(Bank.All, Requirement(least), cancellation);
        Bank.CheckTotal(_name, accounts);
        for (var account = 0; account < Bank.All.Count; account++) Record(least, Bank.All[account].Collection, Bank.All[account].Key, accounts.Items[account]);
    }

    private static ReadOptions? Requirement(LogPosition? least) => least is null ? null : new ReadOptions(least, Wait);

    private void Record(LogPosition? least, string collection, string key, ReadResult read)
    {
        _seen = read.Stamp.Position;
        ledger.Read(new RecordedRead(_name, (long)(least?.Index ?? 0), Positions.ToCore(read.Stamp.Position), collection, key, read.Found ? read.Value.ToArray() : null));
    }
}
