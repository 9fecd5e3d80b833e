using System.Globalization;
using System.Text;
using Replication.Client;
using Replication.Core.Transactions;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Recording;

/// <summary>Accounts among which money moves: whoever sees a half-done transfer sees another total.</summary>
internal static class Bank
{
    public const string Collection = "bank";

    private const int Accounts = 8;
    private const int Opening = 100;

    /// <summary>What to read before a transfer, and to see the total.</summary>
    public static IReadOnlyList<RecordName> All { get; } = [.. Enumerable.Range(0, Accounts).Select(account => new RecordName(Collection, Key(account)))];

    /// <summary>A transfer, under the condition that nobody else moved the two accounts; or the accounts' opening.</summary>
    /// <param name="accounts">All of them, read at one position; null when the collection does not exist.</param>
    /// <param name="random">Chooses two of them, and the amount.</param>
    public static Operation[] Transfer(BatchReadResult? accounts, Random random)
    {
        if (accounts is null || !accounts.Items[0].Found) return [.. Enumerable.Range(0, Accounts).Select(static account => Put(account, Opening, Precondition.Absent))];
        var from = random.Next(Accounts);
        var to = (from + random.Next(1, Accounts)) % Accounts;
        var amount = random.Next(1, 20);
        return [Move(from, accounts.Items[from], -amount), Move(to, accounts.Items[to], amount)];
    }

    /// <summary>The accounts of one position hold what they were opened with.</summary>
    /// <exception cref="ViolationException">They do not.</exception>
    public static void CheckTotal(string reader, BatchReadResult accounts)
    {
        if (accounts.Items.All(static account => !account.Found)) return;
        var total = accounts.Items.Sum(BalanceOf);
        if (total != Accounts * Opening) throw new ViolationException("transactions are seen whole", $"{reader} at {accounts.Stamp.Position}: the accounts hold {total}, not {Accounts * Opening}");
    }

    private static long BalanceOf(ReadResult account) => account.Found ? long.Parse(account.Value.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;

    private static Operation Move(int account, ReadResult read, int amount) =>
        Put(account, BalanceOf(read) + amount, Precondition.UnchangedSince(Positions.ToCore(read.Written)));

    private static Operation Put(int account, long balance, Precondition precondition) =>
        Operation.Put(Collection, Encoding.UTF8.GetBytes(Key(account)), Encoding.UTF8.GetBytes(balance.ToString(CultureInfo.InvariantCulture)), precondition);

    private static string Key(int account) => string.Create(CultureInfo.InvariantCulture, $"account-{account}");
}
