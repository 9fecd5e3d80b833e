using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl delete C KEY</c></summary>
internal sealed class DeleteCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _key = KeyArgument();
    private readonly Option<bool> _missingOk = new("--missing-ok") { Description = "Exit with 0 also when there is no such record." };
    private readonly ConditionOptions _conditions = new(withAbsent: false);

    internal DeleteCommand(CommandHost host)
        : base(
            host, "delete", "Remove a record; exit with 1 when there is none.",
            """{"collection":"customers","key":"ada","committed":true,"position":"3/1043"}""",
            "replctl delete customers ada",
            "replctl delete customers ada --missing-ok")
    {
        Add(_collection);
        Add(_key);
        Add(_missingOk);
        _conditions.AddTo(this);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var (collection, key) = (context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_key));
        var missingOk = context.Line.GetValue(_missingOk);
        var condition = _conditions.Of(context.Line);
        if (missingOk && condition is not null) throw CommandException.Usage("--missing-ok and a condition exclude each other.");
        await using var client = context.OpenClient();
        condition ??= missingOk ? null : Condition.Present;
        var result = await client.CommitAsync(new Transaction().Delete(collection, key, condition), cancellation);
        if (!context.Json && condition == Condition.Present && result.Rejection?.Code == ReplicationErrorCode.PreconditionFailed)
            throw CommandException.Negative($"There is no record '{key}' in collection '{collection}'.");
        return CommitAnswer.Write(context, collection, key, result);
    }
}
