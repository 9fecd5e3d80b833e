using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>Nobody waits on luck, blocks a pool thread or starts what nobody ends.</summary>
internal static class Waiting
{
    /// <summary>Waits that stand on threads of their own, where blocking is the work.</summary>
    public static IReadOnlyList<(string Path, string Call, string Reason)> Permitted { get; } =
    [
        ("src/Core/IO/OrderedPipeline.cs", "first.Done.Wait", "whoever loads or writes a snapshot waits for the threads that decode or hash it, on a thread of its own"),
        ("src/Core/IO/OrderedPipeline.cs", "_work.Wait", "a thread of the pipeline's own waits for an item"),
        ("src/Core/IO/LogThread.cs", "_work.Wait", "the log thread is a thread of its own and waits for a batch"),
        ("src/Primary/Commits/CommitThread.cs", "Monitor.Wait", "the commit thread is a thread of its own and waits for transactions"),
    ];

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        Rule.PerFile("no-sleep", "Await the event; in tests drive the clock or meet at a named point.", static file => file.IsCode && !file.IsStandIn, Sleeps),
        Rule.PerFile("no-blocking", "Await, or say why in Waiting.Permitted.", static file => file.IsProduct, file => Blocking(file).Where(found => !IsPermitted(file, found.Call)).Select(found => found.Violation)),
        Rule.PerFile("no-async-void", "Return a Task that somebody awaits.", static file => file.IsCode, AsyncVoids),
        Rule.PerFile("no-fire-and-forget", "Keep the task and await it when its owner ends.", static file => file.IsCode, Forgotten),
    ];

    /// <summary>Permitted waits that are not in the code any more.</summary>
    public static IEnumerable<string> StalePermissions(IReadOnlyList<SourceFile> files) => Permitted
        .Where(permitted => !files.Any(file => file.Path == permitted.Path && Blocking(file).Any(found => found.Call == permitted.Call)))
        .Select(permitted => $"{permitted.Path}: {permitted.Call}");

    private static bool IsPermitted(SourceFile file, string call) => Permitted.Any(permitted => permitted.Path == file.Path && permitted.Call == call);

    private static IEnumerable<Violation> Sleeps(SourceFile file) => file.Nodes<MemberAccessExpressionSyntax>()
        .Where(access => (Last(access.Expression), access.Name.Identifier.Text) is ("Thread", "Sleep") or ("SpinWait", "SpinUntil")
            || (file.IsTest && (Last(access.Expression), access.Name.Identifier.Text) is ("Task", "Delay")))
        .Select(access => file.At(access, access.ToString()));

    private static IEnumerable<(Violation Violation, string Call)> Blocking(SourceFile file) => file.Nodes<MemberAccessExpressionSyntax>()
        .Where(access => access.Name.Identifier.Text switch
        {
            "GetResult" => access.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "GetAwaiter" } },
            "Wait" => access.Parent is InvocationExpressionSyntax,
            "WaitAll" or "WaitAny" => Last(access.Expression) == "Task",
            "Result" => access.Parent is not InvocationExpressionSyntax && access.Expression is not (ThisExpressionSyntax or BaseExpressionSyntax),
            _ => false,
        })
        .Select(access => (file.At(access, access.ToString()), access.ToString()));

    private static IEnumerable<Violation> AsyncVoids(SourceFile file) => file.Syntax.DescendantNodes()
        .Where(node => node switch
        {
            MethodDeclarationSyntax method => IsAsyncVoid(method.Modifiers, method.ReturnType),
            LocalFunctionStatementSyntax local => IsAsyncVoid(local.Modifiers, local.ReturnType),
            _ => false,
        })
        .Select(node => file.At(node, "async void"));

    private static IEnumerable<Violation> Forgotten(SourceFile file) => file.Nodes<AssignmentExpressionSyntax>()
        .Where(assignment => assignment.Left is IdentifierNameSyntax { Identifier.Text: "_" } && assignment.Right is InvocationExpressionSyntax call && IsTask(call))
        .Select(assignment => file.At(assignment, assignment.ToString()));

    private static bool IsTask(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text is var name
            && (name.EndsWith("Async", StringComparison.Ordinal) || name is "ContinueWith" || (Last(access.Expression) == "Task" && name is "Run" or "StartNew")),
        IdentifierNameSyntax name => name.Identifier.Text.EndsWith("Async", StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsAsyncVoid(SyntaxTokenList modifiers, TypeSyntax type) =>
        modifiers.Any(SyntaxKind.AsyncKeyword) && type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };

    private static string Last(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax name => name.Identifier.Text,
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        _ => string.Empty,
    };
}
