using System.Globalization;
using System.Text;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Simulation.Tests.Clients;

/// <summary>Accounts among which money moves: whoever sees a half-done transfer sees another total.</summary>
internal static class Bank
{
    public const long Total = Accounts * Opening;

    private const string Collection = "bank";
    private const int Accounts = 8;
    private const int Opening = 100;

    /// <summary>A transfer, under the condition that nobody else moved the two accounts; or the accounts' opening.</summary>
    public static Operation[] Transfer(ReadView view, Random random)
    {
        var (from, to) = (random.Next(Accounts), random.Next(Accounts));
        var source = Find(view, from);
        var target = Find(view, to);
        if (!source.Exists || !target.Exists) return [.. Enumerable.Range(0, Accounts).Select(account => Put(account, Opening, Precondition.Absent))];
        if (from == to) return [Put(from, Balance(source), Precondition.UnchangedSince(view.State.PositionOf(source.Index)))];
        var amount = random.Next(1, 20);
        return
        [
            Put(from, Balance(source) - amount, Precondition.UnchangedSince(view.State.PositionOf(source.Index))),
            Put(to, Balance(target) + amount, Precondition.UnchangedSince(view.State.PositionOf(target.Index))),
        ];
    }

    /// <summary>The sum over all accounts; null before they are opened.</summary>
    public static long? TotalOf(ReadView view)
    {
        long? total = null;
        for (var account = 0; account < Accounts; account++)
            if (Find(view, account) is { Exists: true } found)
                total = (total ?? 0) + Balance(found);
        return total;
    }

    /// <summary>One of the accounts; none before they are opened.</summary>
    public static Record AnyAccount(ReadView view, Random random) => Find(view, random.Next(Accounts));

    private static Record Find(ReadView view, int account) => view.Find(Collection, Key(account).Span);

    private static long Balance(Record account) => long.Parse(Encoding.UTF8.GetString(account.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static Operation Put(int account, long balance, Precondition precondition) =>
        Operation.Put(Collection, Key(account), Encoding.UTF8.GetBytes(balance.ToString(CultureInfo.InvariantCulture)), precondition);

    private static ReadOnlyMemory<byte> Key(int account) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"account-{account}"));
}
