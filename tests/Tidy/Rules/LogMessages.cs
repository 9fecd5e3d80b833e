using System.Globalization;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>Every log message has an id of its own in the band of its project; docs/OPERATIONS.md lists the bands.</summary>
internal static class LogMessages
{
    /// <summary>The first id of a band; it has <see cref="BandSize"/> of them.</summary>
    public static IReadOnlyDictionary<string, int> Bands { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["Primary"] = 1000,
        ["Replica"] = 2000,
        ["Node"] = 3000,
        ["Server"] = 4000,
    };

    public const int BandSize = 1000;

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        Rule.PerFile("log-ids-in-band", "Use an id of the project's band; a project that logs needs one in LogMessages.Bands.", static file => file.IsProduct, OutOfBand),
        new Rule("log-ids-unique", "Take the next free id of the band.", Repeated),
    ];

    private static IEnumerable<Violation> OutOfBand(SourceFile file)
    {
        var project = file.Path.Split('/')[1];
        var known = Bands.TryGetValue(project, out var first);
        return Ids(file).Where(message => !known || message.Id < first || message.Id >= first + BandSize)
            .Select(message => file.At(message.Attribute, known ? $"{message.Id} is not in {first} to {first + BandSize - 1}" : $"{project} has no band"));
    }

    private static IEnumerable<Violation> Repeated(IReadOnlyList<SourceFile> files) => files.Where(file => file.IsProduct)
        .SelectMany(file => Ids(file).Select(message => (file, message.Id, message.Attribute)))
        .GroupBy(message => message.Id).SelectMany(same => same.Skip(1))
        .Select(message => message.file.At(message.Attribute, $"{message.Id} is taken"));

    private static IEnumerable<(int? Id, AttributeSyntax Attribute)> Ids(SourceFile file) => file.Nodes<AttributeSyntax>()
        .Where(attribute => attribute.Name.ToString() is "LoggerMessage" or "LoggerMessageAttribute")
        .Select(attribute => (IdOf(attribute), attribute));

    private static int? IdOf(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var named = arguments.FirstOrDefault(argument => (argument.NameEquals?.Name ?? argument.NameColon?.Name)?.Identifier.Text is "EventId" or "eventId");
        var value = (named ?? arguments.FirstOrDefault())?.Expression.ToString();
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
