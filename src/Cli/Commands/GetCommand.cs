using System.CommandLine;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl get C KEY</c></summary>
internal sealed class GetCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _key = KeyArgument();
    private readonly Option<bool> _raw = new("--raw") { Description = "The value alone, without a line break behind it." };
    private readonly ReadRequirementOptions _requirement = new();

    internal GetCommand(CommandHost host)
        : base(
            host, "get", "Print the value of a record.",
            """{"collection":"customers","key":"ada","found":true,"value":{"name":"Ada"},"written":"3/1042","position":"3/1100","ageMillis":0}""",
            "replctl get customers ada",
            "replctl get pictures ada.png --raw > ada.png",
            "replctl get customers ada --at-least 3/1042 --server http://127.0.0.1:7410")
    {
        Add(_collection);
        Add(_key);
        Add(_raw);
        _requirement.AddTo(this);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var (collection, key) = (context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_key));
        await using var client = context.OpenClient();
        var read = await client.GetAsync(collection, key, _requirement.Of(context.Line), cancellation);
        if (context.Json)
        {
            WriteJson(context, collection, key, read);
            return read.Found ? ExitCode.Success : ExitCode.Negative;
        }
        if (!read.Found) throw CommandException.Negative($"There is no record '{key}' in collection '{collection}'.");
        context.Answer.Bytes(read.Value.Span);
        if (!context.Line.GetValue(_raw)) context.Answer.Bytes("\n"u8);
        return ExitCode.Success;
    }

    private static void WriteJson(CommandContext context, string collection, string key, ReadResult read) =>
        context.Answer.Json(json =>
        {
            json.WriteString("collection", collection);
            json.WriteString("key", key);
            json.WriteBoolean("found", read.Found);
            if (read.Found)
            {
                ValueJson.Show(json, read.Value.Span);
                json.WriteString("written", read.Written.ToString());
            }
            json.WriteString("position", read.Stamp.Position.ToString());
            json.WriteNumber("ageMillis", (long)read.Stamp.Age.TotalMilliseconds);
        });
}
