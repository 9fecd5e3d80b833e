using System.Globalization;
using System.Text.Json;
using Replication.Client;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Load;

/// <summary>
/// Accounts whose total never changes, and what every node has to show of them at any moment: by a scan, by an index of
/// balances and by an index of branches, each of which shows one state.
/// </summary>
public static class Vault
{
    /// <summary>The collection of accounts.</summary>
    public const string Collection = "vault";

    /// <summary>The collection of the tellers' receipts.</summary>
    public const string Receipts = "receipts";

    /// <summary>How many accounts there are.</summary>
    public const int Accounts = 24;

    /// <summary>What each of them begins with.</summary>
    public const long Opening = 1000;

    private const int Branches = 4;
    private const string ByBalance = "by-balance";
    private const string ByBranch = "by-branch";

    /// <summary>The key of an account.</summary>
    public static string Key(int account) => string.Create(CultureInfo.InvariantCulture, $"account-{account:00}");

    /// <summary>An account's document.</summary>
    public static string Document(int account, long balance) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"balance":{{balance}},"branch":"branch-{{account % Branches}}"}""");

    /// <summary>The balance in a document.</summary>
    public static long BalanceOf(ReadOnlyMemory<byte> document)
    {
        using var parsed = JsonDocument.Parse(document);
        return parsed.RootElement.GetProperty("balance").GetInt64();
    }

    /// <summary>Opens all accounts and makes the indexes.</summary>
    public static async Task OpenAsync(ReplicationClient primary, CancellationToken cancellation = default)
    {
        var opening = new Transaction();
        for (var account = 0; account < Accounts; account++) opening.Put(Collection, Key(account), Document(account, Opening));
        (await primary.CommitAsync(opening, cancellation)).EnsureCommitted();
        await primary.CreateCollectionAsync(Receipts, cancellation: cancellation);
        foreach (var (name, path) in ((string, string)[])[(ByBalance, "balance"), (ByBranch, "branch")])
            await primary.WaitForIndexAsync(Collection, name, await primary.CreateIndexAsync(Collection, name, path, cancellation: cancellation), cancellation: cancellation);
    }

    /// <summary>Looks at a node's accounts in three ways.</summary>
    /// <param name="node">Any node that has the accounts.</param>
    /// <param name="read">Which state is accepted.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ViolationException">Money was lost or made.</exception>
    public static async Task CheckAsync(ReplicationClient node, ReadOptions? read = null, CancellationToken cancellation = default)
    {
        await CheckAsync($"a scan of {node.Address}", node.ScanPagesAsync(Collection, new ScanOptions { Read = read }, cancellation), cancellation);
        await CheckAsync($"the balances of {node.Address}", node.QueryPagesAsync(Collection, ByBalance, new QueryOptions { Read = read }, cancellation), cancellation);
        await CheckAsync($"the branches of {node.Address}", node.QueryPagesAsync(Collection, ByBranch, new QueryOptions { Read = read }, cancellation), cancellation);
    }

    private static async Task CheckAsync(string what, IAsyncEnumerable<ScanPage> pages, CancellationToken cancellation)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var positions = new HashSet<LogPosition>();
        var total = 0L;
        await foreach (var page in pages.WithCancellation(cancellation))
        {
            positions.Add(page.Stamp.Position);
            foreach (var record in page.Records)
            {
                if (!seen.Add(record.Key)) throw new ViolationException("money is neither lost nor made", $"{what} shows {record.Key} twice");
                total += BalanceOf(record.Value);
            }
        }
        var shown = string.Join(", ", positions);
        if (positions.Count > 1) throw new ViolationException("money is neither lost nor made", $"{what} shows several states: {shown}");
        if (seen.Count != Accounts || total != Accounts * Opening)
            throw new ViolationException("money is neither lost nor made", $"{what} at {shown} shows {seen.Count} accounts with {total} altogether; there are {Accounts} with {Accounts * Opening}");
    }
}
