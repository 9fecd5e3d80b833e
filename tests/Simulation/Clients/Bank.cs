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
    public static Operation[] Transfer(DatabaseState state, Random random)
    {
        var (from, to) = (random.Next(Accounts), random.Next(Accounts));
        if (Find(state, from) is not { } source || Find(state, to) is not { } target)
            return [.. Enumerable.Range(0, Accounts).Select(account => Put(account, Opening, Precondition.Absent))];
        if (from == to) return [Put(from, Balance(source), Precondition.UnchangedSince(state.PositionOf(source.Index)))];
        var amount = random.Next(1, 20);
        return
        [
            Put(from, Balance(source) - amount, Precondition.UnchangedSince(state.PositionOf(source.Index))),
            Put(to, Balance(target) + amount, Precondition.UnchangedSince(state.PositionOf(target.Index))),
        ];
    }

    /// <summary>The sum over all accounts; null before they are opened.</summary>
    public static long? TotalOf(DatabaseState state)
    {
        var accounts = Enumerable.Range(0, Accounts).Select(account => Find(state, account)).ToArray();
        return accounts.All(account => account is null) ? null : accounts.Sum(account => account is null ? 0 : Balance(account));
    }

    /// <summary>One of the accounts; null before they are opened.</summary>
    public static Record? AnyAccount(DatabaseState state, Random random) => Find(state, random.Next(Accounts));

    private static Record? Find(DatabaseState state, int account) => state.Collections.GetValueOrDefault(Collection)?.Records.Find(Key(account).Span);

    private static long Balance(Record account) => long.Parse(Encoding.UTF8.GetString(account.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static Operation Put(int account, long balance, Precondition precondition) =>
        Operation.Put(Collection, Key(account), Encoding.UTF8.GetBytes(balance.ToString(CultureInfo.InvariantCulture)), precondition);

    private static ReadOnlyMemory<byte> Key(int account) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"account-{account}"));
}
