using System.CommandLine;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli;

/// <summary>What a command is run with: the parsed line, the nodes it means, and where to write.</summary>
internal sealed class CommandContext(ParseResult line, GlobalOptions options, Terminal terminal)
{
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);

    internal ParseResult Line => line;

    internal Terminal Terminal => terminal;

    internal Answer Answer { get; } = new(terminal);

    /// <summary>Whether to answer in JSON.</summary>
    internal bool Json => line.GetValue(options.Json);

    internal TimeSpan Timeout => line.GetValue(options.Timeout);

    /// <summary>All nodes that were named, in that order, each once.</summary>
    internal IReadOnlyList<Uri> Servers()
    {
        var named = line.GetValue(options.Server);
        var fromLine = named is { Length: > 0 };
        var texts = fromLine ? named! : [terminal.Variable(GlobalOptions.ServerVariable) ?? string.Empty];
        var source = fromLine ? "--server" : GlobalOptions.ServerVariable;
        var parts = texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        if (parts.Length == 0 && !fromLine) return [ReplicationClientOptions.DefaultAddress];
        if (parts.Length == 0) throw CommandException.Usage($"{source} names no node; write it as http://HOST:PORT.");
        return [.. parts.Select(part => ServerAddress.TryParse(part, out var address) ? address : throw Malformed(part, source, fromLine)).Distinct()];
    }

    /// <summary>A client of the one node that was named.</summary>
    internal ReplicationClient OpenClient() => Servers() switch
    {
        [var only] => OpenClient(only),
        var several => throw CommandException.Usage($"This command talks to one node, but {several.Count} were named. Name one with --server."),
    };

    /// <summary>A client of a node.</summary>
    internal ReplicationClient OpenClient(Uri server)
    {
        var timeout = Timeout;
        if (timeout < ReplicationClientOptions.ShortestTimeout || timeout > ReplicationClientOptions.LongestTimeout)
            throw CommandException.Usage("--timeout must be between 1ms and 1h.");
        return new ReplicationClient(new ReplicationClientOptions
        {
            Address = server,
            Timeout = timeout,
            ConnectTimeout = timeout < LongestConnect ? timeout : LongestConnect,
        });
    }

    private static CommandException Malformed(string part, string source, bool fromLine) => new(
        fromLine ? ExitCode.Usage : ExitCode.Configuration,
        $"'{part}' in {source} is no address of a node; write it as http://HOST:PORT.");
}
