using System.CommandLine;
using System.Globalization;
using Replication.Cli.Documents;
using Replication.Cli.Output;

namespace Replication.Cli.Commands;

/// <summary><c>replctl export C [FILE]</c></summary>
internal sealed class ExportCommand : ReplctlCommand
{
    private const int BufferBytes = 64 * 1024;

    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "Where to write; without it, or with -, to the output. The name appears when the export is complete.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    internal ExportCommand(CommandHost host)
        : base(
            host, "export", "Write a collection, one JSON object a line, so that 'import' brings back exactly the same.",
            """{"collection":"customers","file":"customers.ndjson","records":1000,"bytes":250000,"position":"3/1042"}    when FILE is given""",
            "replctl export customers customers.ndjson",
            "replctl export customers | jq .value.name",
            "replctl export customers | replctl import customers - --server http://other:7400")
    {
        Add(_collection);
        Add(_file);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var collection = context.Line.GetRequiredValue(_collection);
        var file = context.Line.GetValue(_file);
        await using var client = context.OpenClient();
        var export = await CollectionExport.PrepareAsync(client, collection, cancellation);
        if (file is null or "-")
        {
            await export.WriteAsync(context.Answer, context.Terminal.Output, cancellation);
            return ExitCode.Success;
        }
        await WriteFileAsync(context, export, file, cancellation);
        Summarize(context, collection, file, export);
        return ExitCode.Success;
    }

    // Half an export never has the asked name.
    private static async Task WriteFileAsync(CommandContext context, CollectionExport export, string file, CancellationToken cancellation)
    {
        var partial = file + ".partial";
        try
        {
            await using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes))
                await export.WriteAsync(context.Answer, stream, cancellation);
            File.Move(partial, file, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static void Summarize(CommandContext context, string collection, string file, CollectionExport export)
    {
        if (!context.Json)
        {
            context.Answer.Line(string.Create(CultureInfo.InvariantCulture, $"{export.Records} records of {collection} at {export.Position} in {file}, {Units.Bytes(export.Bytes)}."));
            return;
        }
        context.Answer.Json(json =>
        {
            json.WriteString("collection", collection);
            json.WriteString("file", file);
            json.WriteNumber("records", export.Records);
            json.WriteNumber("bytes", export.Bytes);
            json.WriteString("position", export.Position.ToString());
        });
    }
}
