using System.CommandLine;
using System.Globalization;
using Replication.Cli.Documents;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl import C FILE|-</c></summary>
internal sealed class ImportCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _file = new("FILE") { Description = "One JSON object a line (NDJSON), or - to read the input." };
    private readonly Option<bool> _bytes = new("--bytes") { Description = "Create the collection for bytes if there is none; lines with 'base64' do so by themselves." };
    private readonly Option<string> _field = new("--key")
    {
        Description = "Each line is a document, and this field of it, a text or a number, is its key. Without it, lines are as 'export' writes them.",
        HelpName = "FIELD",
    };

    internal ImportCommand(CommandHost host)
        : base(
            host, "import", "Put every line of a file into a collection, in order, up to the first bad line.",
            """{"collection":"customers","imported":1000,"complete":true,"bytes":250000,"seconds":0.8,"position":"3/1046"}""",
            "replctl import customers customers.ndjson --key id",
            "gunzip -c customers.ndjson.gz | replctl import customers - --key id",
            "replctl import customers exported.ndjson")
    {
        Add(_collection);
        Add(_file);
        Add(_field);
        Add(_bytes);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var collection = context.Line.GetRequiredValue(_collection);
        var file = context.Line.GetRequiredValue(_file);
        ILineFormat format = context.Line.GetValue(_field) is { } field ? new DocumentLines(field) : new ExportedLines();
        await using var client = context.OpenClient();
        await using var opened = file == "-" ? null : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var begun = context.Terminal.Time.GetTimestamp();
        var (import, failure) = await ImportProgress.ShowAsync(context.Terminal, opened?.Length, async report =>
        {
            var import = new CollectionImport(client, collection, format, report);
            return (import, await import.RunAsync(opened ?? context.Terminal.Input, context.Line.GetValue(_bytes), cancellation));
        });
        Summarize(context, collection, import, failure is null, context.Terminal.Time.GetElapsedTime(begun));
        return failure is null ? ExitCode.Success : throw Explain(failure, import);
    }

    private static void Summarize(CommandContext context, string collection, CollectionImport import, bool complete, TimeSpan elapsed)
    {
        if (!context.Json)
        {
            var amount = ImportProgress.Describe(import.Committed, import.Bytes, elapsed);
            var upTo = import.Committed == 0 ? string.Empty : $", up to {import.Position}";
            context.Answer.Line($"Imported into {collection}: {amount}{upTo}.");
            return;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("collection", collection);
            json.WriteNumber("imported", import.Committed);
            json.WriteBoolean("complete", complete);
            json.WriteNumber("bytes", import.Bytes);
            json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
            if (import.Committed > 0) json.WriteString("position", import.Position.ToString());
        });
    }

    private static CommandException Explain(Exception failure, CollectionImport import)
    {
        var count = string.Create(CultureInfo.InvariantCulture, $"{(import.IsUncertain ? "At least " : string.Empty)}{import.Committed} records were committed");
        var exitCode = failure is NodeUnavailableException or CommitUnknownException or CommitForgottenException ? ExitCode.NoNode : ExitCode.Negative;
        var advice = failure is NotPrimaryException { Primary.Length: > 0 } refused ? $" Use --server {refused.Primary}." : string.Empty;
        return new CommandException(exitCode, $"{failure.Message}{advice} {count}; importing the whole file again is safe.");
    }
}
