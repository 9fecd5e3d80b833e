using System.CommandLine;
using System.Text.Json;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl query C --index NAME</c></summary>
internal sealed class QueryCommand : ReplctlCommand
{
    private const string ValueHelp = "A number, true, false or null as JSON writes it; a text with or without its quotes.";

    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Option<string> _index = new("--index") { Description = "The secondary index.", HelpName = "NAME", Required = true };
    private readonly Option<string> _equals = new("--equals") { Description = $"Records with this value. {ValueHelp}", HelpName = "VALUE" };
    private readonly Option<string> _from = new("--from") { Description = "The first value, inclusive; without --to only values of its kind.", HelpName = "VALUE" };
    private readonly Option<string> _to = new("--to") { Description = "The last value, exclusive; without --from only values of its kind.", HelpName = "VALUE" };
    private readonly Option<string> _prefix = new("--prefix") { Description = "Texts that begin so.", HelpName = "TEXT" };
    private readonly Option<ulong> _limit = new("--limit") { Description = "At most so many records (default: all).", HelpName = "COUNT" };
    private readonly ReadRequirementOptions _requirement = new();

    internal QueryCommand(CommandHost host)
        : base(
            host, "query", "Print records by a secondary index, in the order of their values, one a line: key, tab, value.",
            """{"key":"ada","value":{"name":"Ada"},"written":"3/1042"}    one line a record""",
            "replctl query customers --index country --equals GB",
            "replctl query orders --index total --from 100 --to 200 --limit 10",
            "replctl query customers --index email --prefix ada@ --json")
    {
        Add(_collection);
        Add(_index);
        Add(_equals);
        Add(_from);
        Add(_to);
        Add(_prefix);
        Add(_limit);
        _requirement.AddTo(this);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var options = new QueryOptions
        {
            EqualTo = ValueOf(context.Line.GetValue(_equals)),
            From = ValueOf(context.Line.GetValue(_from)),
            To = ValueOf(context.Line.GetValue(_to)),
            Prefix = context.Line.GetValue(_prefix),
            Limit = context.Line.GetValue(_limit),
            Read = _requirement.Of(context.Line),
        };
        if ((options.EqualTo is null ? 0 : 1) + (options.From is null && options.To is null ? 0 : 1) + (options.Prefix is null ? 0 : 1) > 1)
            throw CommandException.Usage("Use one of --equals, --prefix, and --from with --to.");
        await using var client = context.OpenClient();
        await foreach (var record in client.QueryAsync(context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_index), options, cancellation))
            ScanCommand.Write(context, record);
        return ExitCode.Success;
    }

    // What is no JSON is a text: GB needs no quotes, and "5" in quotes is not the number.
    private static IndexValue? ValueOf(string? text)
    {
        if (text is null) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Number => IndexValue.Number(document.RootElement.GetRawText()),
                JsonValueKind.True => IndexValue.Of(true),
                JsonValueKind.False => IndexValue.Of(false),
                JsonValueKind.Null => IndexValue.Null,
                JsonValueKind.String => IndexValue.Of(document.RootElement.GetString()!),
                _ => IndexValue.Of(text),
            };
        }
        catch (JsonException)
        {
            return IndexValue.Of(text);
        }
    }
}
