using System.CommandLine;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl scan C</c></summary>
internal sealed class ScanCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Option<string> _prefix = new("--prefix") { Description = "Only keys that begin so.", HelpName = "TEXT" };
    private readonly Option<string> _from = new("--from") { Description = "The first key, inclusive.", HelpName = "KEY" };
    private readonly Option<string> _to = new("--to") { Description = "The last key, exclusive.", HelpName = "KEY" };
    private readonly Option<ulong> _limit = new("--limit") { Description = "At most so many records (default: all).", HelpName = "COUNT" };
    private readonly ReadRequirementOptions _requirement = new();

    internal ScanCommand(CommandHost host)
        : base(
            host, "scan", "Print the records of a collection in key order, one a line: key, tab, value.",
            """{"key":"ada","value":{"name":"Ada"},"written":"3/1042"}    one line a record""",
            "replctl scan customers",
            "replctl scan orders --prefix 2026-01- --limit 10",
            "replctl scan orders --from 2026-01-01 --to 2026-02-01 --json | jq .value.total")
    {
        Add(_collection);
        Add(_prefix);
        Add(_from);
        Add(_to);
        Add(_limit);
        _requirement.AddTo(this);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var options = new ScanOptions
        {
            Prefix = context.Line.GetValue(_prefix) ?? string.Empty,
            From = context.Line.GetValue(_from) ?? string.Empty,
            To = context.Line.GetValue(_to) ?? string.Empty,
            Limit = context.Line.GetValue(_limit),
            Read = _requirement.Of(context.Line),
        };
        await using var client = context.OpenClient();
        await foreach (var record in client.ScanAsync(context.Line.GetRequiredValue(_collection), options, cancellation))
            Write(context, record);
        return ExitCode.Success;
    }

    internal static void Write(CommandContext context, StoredRecord record)
    {
        if (context.Json)
        {
            context.Answer.Json(json =>
            {
                json.WriteString("key", record.KeyUtf8.Span);
                ValueJson.Show(json, record.Value.Span);
                json.WriteString("written", record.Written.ToString());
            });
            return;
        }
        context.Answer.Bytes(record.KeyUtf8.Span);
        context.Answer.Bytes("\t"u8);
        context.Answer.Bytes(record.Value.Span);
        context.Answer.Bytes("\n"u8);
    }
}
